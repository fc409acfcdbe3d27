/** A search for counterexamples to the keys that were proved, over a repository as it stood. */
import { deriveTable } from '../inference/derive/derive.ts';
import type { Database } from '../store/database.ts';
import { tryKeys, type Trial, type TrialOptions } from './refute/try-keys.ts';
import { allDeriveInputs, type NightOfRepo } from './why.ts';

export interface TableTrial {
  readonly table: string;
  readonly path: string | null;
  readonly trial: Trial;
}

/** One after the other, in the order of their names. Reads only. */
export async function* refute(
  db: Database,
  night: NightOfRepo,
  wanted: (table: string) => boolean,
  options: TrialOptions,
): AsyncGenerator<TableTrial> {
  for await (const { input, link } of allDeriveInputs(db, night, wanted))
    yield { table: input.table, path: link.path, trial: tryKeys(input, deriveTable(input), options) };
}
