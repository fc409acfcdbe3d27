/**
 * Measures nights of a synthetic monorepo: `node bench/nights.ts [--tables 1000] [--changed 0.01] [--growth 0] [--json] [--data-dir DIR] …`, with the flags
 * of bench/synthetic.ts. Runs a first night, one with nothing changed, one with a share of the tables changed, one with a new day of logs, and
 * one table alone; then `--growth` further nights with that share changed. `DATABASE_URL` names a Postgres server of its own, with an empty database;
 * without it the embedded database is used.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServiceName } from '../cli/services/pid-file.ts';
import { stopOnSignals } from '../cli/services/stop-signals.ts';
import { startWorld, withDatabase } from '../cli/session.ts';
import { writeConfig } from '../cli/made-config.ts';
import { readSettings } from '../cli/settings.ts';
import { explain } from '../schema/contracts/errors.ts';
import { tableSizes } from '../store/upkeep.ts';
import { measureNight, peakMemory, type NightFigures } from './repository/night.ts';
import { nightsAsMarkdown } from './repository/print-nights.ts';
import { dayAfter, syntheticFlags, syntheticOptions } from './synthetic.ts';
import { syntheticDefaults } from './synthetic/files.ts';
import { writeHistory, type SyntheticNight, type WrittenNight } from './synthetic/history.ts';
import { writeLog } from './synthetic/logs.ts';
import type { SyntheticOptions } from './synthetic/plan.ts';

export interface MeasuredNight extends NightFigures {
  readonly name: string;
  /** Of all tables with their indexes, after the night. */
  readonly databaseBytes: number;
  /** The same by table, largest first. */
  readonly tableBytes: readonly TableBytes[];
}

export interface TableBytes {
  readonly table: string;
  readonly bytes: number;
}

export interface NightsFigures {
  readonly options: SyntheticOptions;
  readonly nights: readonly MeasuredNight[];
  readonly peakMb: Readonly<Partial<Record<ServiceName, number>>>;
}

const names = ['first', 'nothing changed', 'share changed', 'a day of logs', 'one table'];
const daysOfLogs = 3;

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      ...syntheticFlags,
      changed: { type: 'string', default: '0.01' },
      growth: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
    },
  });
  const kept = flags['data-dir'];
  const dataDir = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'tablelore-bench-'));
  const share = Number(flags.changed);
  const changes = [0, 0, share, 0, 1, ...Array.from({ length: Number(flags.growth) }, () => share)];
  const nights = changes.map((changed, at) => ({ day: dayAfter(flags.from, at), changed }));
  try {
    const figures = await measure(dataDir, syntheticOptions(flags), nights);
    console.log(flags.json ? JSON.stringify(figures) : nightsAsMarkdown(figures));
  } finally {
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(
  dataDir: string,
  options: SyntheticOptions,
  days: readonly SyntheticNight[],
): Promise<NightsFigures> {
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const url = join(dataDir, 'monorepo');
  const written = await writeHistory(url, options, days);
  const [first] = written as [WrittenNight];
  const log = (day: string) => writeLog(join(dataDir, 'logs', `${day}.jsonl`), first.repo, day, options.tables); // prettier-ignore
  for (let ago = daysOfLogs; ago > 0; ago -= 1) log(dayAfter(first.day, -ago));
  const config = join(dataDir, 'tablelore.yml');
  const repo = { name: 'synthetic', url, dialect: options.dialect, defaults: syntheticDefaults, logs: [{ path: 'logs/*.jsonl' }] }; // prettier-ignore
  writeConfig(config, JSON.stringify({ version: 1, repos: [repo] }));
  const settings = readSettings({ dataDir, config });
  const services = await startWorld(settings, ({ state, text }) => {
    if (state !== 'start') console.error(text);
  }, stopOnSignals()); // prettier-ignore
  try {
    const nights: MeasuredNight[] = [];
    for (const [index, { day, tables }] of written.entries()) {
      const name = names[index] ?? `night ${index + 1}`;
      if (name === 'a day of logs') log(day);
      const night = await measureNight(settings, services, day, name === 'one table' ? tables[0] : undefined);
      const tableBytes = await withDatabase(services.databaseUrl, tableSizes);
      nights.push({ name, ...night, databaseBytes: total(tableBytes), tableBytes });
      console.error(`${name}: ${night.report.outcome}, ${night.report.seconds.toFixed(1)} s`);
    }
    const peakMb = await peakMemory(settings, services);
    return { options, nights, peakMb };
  } finally {
    await services.stop();
  }
}

const total = (sizes: readonly TableBytes[]): number => sizes.reduce((sum, { bytes }) => sum + bytes, 0);

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
