/**
 * Writes a synthetic monorepo: `node bench/synthetic.ts <folder> [--tables 1000] [--nights 1] [--changed 0.01] [--depth 6] [--fan-out 4] [--dialect
 * bigquery] [--seed 1] [--from 2026-01-01]`. The folder becomes a bare git repository with one commit a night, the first with everything, each later
 * one with `--changed` of the tables changed (a share below 1, or a number). The same arguments give the same commits.
 */
import { parseArgs } from 'node:util';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { writeHistory } from './synthetic/history.ts';
import type { SyntheticOptions } from './synthetic/plan.ts';

export const syntheticFlags = {
  tables: { type: 'string', default: '1000' },
  depth: { type: 'string', default: '6' },
  'fan-out': { type: 'string', default: '4' },
  dialect: { type: 'string', default: 'bigquery' },
  seed: { type: 'string', default: '1' },
  from: { type: 'string', default: '2026-01-01' },
} as const;

/** Throws a `UserError` for values that make no repository. */
export function syntheticOptions(flags: Readonly<Record<string, unknown>>): SyntheticOptions {
  const number = (name: string, least: number): number => {
    const value = Number(flags[name]);
    if (!Number.isInteger(value) || value < least)
      throw new UserError(`--${name} is ${String(flags[name])}.`, { next: `Give a whole number from ${least} on.` });
    return value;
  }; // prettier-ignore
  const dialect = (['bigquery', 'snowflake', 'postgres'] as const).find((one) => one === flags.dialect);
  if (dialect === undefined)
    throw new UserError(`There is no synthetic monorepo in "${String(flags.dialect)}".`, { next: 'Give bigquery, snowflake or postgres.' }); // prettier-ignore
  return { tables: number('tables', 20), depth: number('depth', 2), fanOut: number('fan-out', 1), dialect, seed: number('seed', 0) }; // prettier-ignore
}

/** ISO date some days later. */
export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...syntheticFlags, nights: { type: 'string', default: '1' }, changed: { type: 'string', default: '0.01' } },
  }); // prettier-ignore
  const [dir] = positionals;
  if (dir === undefined) throw new UserError('Where to?', { next: 'Give a folder that does not exist.' });
  const nights = Array.from({ length: Number(values.nights) }, (_, at) => ({ day: dayAfter(values.from, at), changed: Number(values.changed) })); // prettier-ignore
  const written = await writeHistory(dir, syntheticOptions(values), nights);
  for (const { day, tables, repo } of written)
    console.log(`${day}: ${repo.plan.length} tables, ${tables.length} changed`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  });
}
