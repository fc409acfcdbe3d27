/**
 * Measures a real repository: `node bench/repository.ts <path or URL> [--ref R] [--dialect D] [--json] [--lineage FILE] [--data-dir DIR]`.
 * Runs a whole night through the real pipeline in a temporary data folder (or in `--data-dir`, which is kept), then a second one with nothing
 * changed, and prints what they found and what they cost, as markdown or JSON. `--lineage` names a file of lines `{file, sources, targets}` that the
 * edges between tables are compared with.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dayIn } from '../activities/plan.ts';
import type { ServiceName } from '../cli/services/pid-file.ts';
import { stopOnSignals } from '../cli/services/stop-signals.ts';
import { writeConfig } from '../cli/made-config.ts';
import { startWorld, withDatabase } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { repoConfigText } from '../cli/start-config.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import { tableSizes } from '../store/upkeep.ts';
import { measureNight, peakMemory, type NightFigures } from './repository/night.ts';
import { figuresAsMarkdown } from './repository/print.ts';
import { compareWithYardstick, type YardstickFigures } from './repository/yardstick.ts';
import { dialectFlag } from './inputs.ts';

export interface RepositoryFigures {
  readonly repo: string;
  readonly first: NightFigures;
  /** The night after, with nothing changed. */
  readonly second: NightFigures;
  /** What the second night did, in words: `zero work` where it did nothing. */
  readonly zeroWork: string;
  readonly peakMb: Readonly<Partial<Record<ServiceName, number>>>;
  /** After both nights, by table, largest first. */
  readonly databaseBytes: readonly { readonly table: string; readonly bytes: number }[];
  /** Null without a yardstick. */
  readonly lineage: YardstickFigures | null;
}

const dayMs = 86_400_000;

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      dialect: { type: 'string' },
      json: { type: 'boolean', default: false },
      lineage: { type: 'string' },
      'data-dir': { type: 'string' },
    },
  });
  const [repo] = positionals;
  if (repo === undefined) throw new UserError('Which repository?', { next: 'Give its path or URL.' });
  const dialect = dialectFlag(flags.dialect);
  const kept = flags['data-dir'];
  const dataDir = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'tablelore-bench-'));
  try {
    const figures = await measure(dataDir, { repo, ref: flags.ref, dialect }, flags.lineage);
    console.log(flags.json ? JSON.stringify(figures) : figuresAsMarkdown(figures));
  } finally {
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(
  dataDir: string,
  flags: { readonly repo: string; readonly ref: string | undefined; readonly dialect: Dialect | undefined },
  yardstick: string | undefined,
): Promise<RepositoryFigures> {
  const config = join(dataDir, 'tablelore.yml');
  writeConfig(config, repoConfigText(flags, process.cwd()));
  const settings = readSettings({ dataDir, config });
  const repo = settings.config.repos[0]?.name ?? '';
  const services = await startWorld(settings, ({ state, text }) => {
    if (state !== 'start') console.error(text);
  }, stopOnSignals()); // prettier-ignore
  try {
    const today = (ago: number) => dayIn(settings.config.schedule.timeZone, Date.now() - ago * dayMs);
    const first = await measureNight(settings, services, today(1));
    const second = await measureNight(settings, services, today(0));
    const peakMb = await peakMemory(settings, services);
    return await withDatabase(services.databaseUrl, async (db) => ({
      repo,
      first,
      second,
      zeroWork: workOf(first.report, second.report),
      peakMb,
      databaseBytes: await tableSizes(db),
      lineage: yardstick ? await compareWithYardstick(db, repo, first.report.asOf, yardstick) : null,
    }));
  } finally {
    await services.stop();
  }
}

/** What a night did that should have had nothing to do. */
function workOf(before: RunReport, report: RunReport): string {
  if (before.commit !== report.commit) return `it read another commit, ${report.commit.slice(0, 12)}`;
  const done = report.stages.filter((stage) => stage.done + stage.failed > 0).map(({ stage, done }) => `${stage} ${done}`); // prettier-ignore
  if (report.modelCalls > 0) done.push(`${report.modelCalls} model calls`);
  return done.length === 0 ? 'zero work' : `work was done: ${done.join(', ')}`;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
