/** A search for counterexamples to the keys that were proved, over a repository as it stood. */
import { deriveTable } from '../inference/derive/derive.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import { readFacts } from '../store/facts.ts';
import type { Database } from '../store/database.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { deriveInput, loadState } from './derive.ts';
import { tryKeys, type Trial } from './refute/try-keys.ts';

const chunk = 100;

export interface TableTrial {
  readonly table: string;
  readonly path: string | null;
  readonly trial: Trial;
}

/** One after the other, in the order of their names. `tables`: those that count; null for all. Reads only. */
export async function* refute(
  db: Database,
  { repo, asOf }: { readonly repo: string; readonly asOf: string },
  tables: ((table: string) => boolean) | null,
  options: { readonly databases: number; readonly seed: number },
): AsyncGenerator<TableTrial> {
  const all = [...(await pointedSets(db, repo, asOf, 'derive')).keys()].sort();
  const wanted = all.filter((table) => !isTemporary(table) && (tables === null || tables(table)));
  for (let first = 0; first < wanted.length; first += chunk) {
    const own = wanted.slice(first, first + chunk);
    const state = await loadState({ db }, { repo, asOf }, own);
    const ids = own.flatMap((table) => state.links.get(table)?.builds.map((build) => build.facts) ?? []);
    const facts = await readFacts(db, [...new Set(ids)]);
    for (const table of own) {
      const link = state.links.get(table);
      if (link === undefined) continue;
      const input = deriveInput(table, link, facts, state);
      yield { table, path: link.path, trial: tryKeys(input, deriveTable(input), options) };
    }
  }
}
