/** What a night changed against the night before it, by what the ledger has of both dates. */
import { isTemporary } from '../inference/link/table-id.ts';
import { CutListBuilder, newDiagnostics, tableChanges } from '../knowledge/report/changes.ts';
import type { Changes } from '../schema/contracts/changes.ts';
import type { Database } from '../store/database.ts';
import { readNamedCards } from '../store/named-cards.ts';
import { lastNight } from '../store/nights.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { readDiagnostics } from '../store/runs.ts';
import { daysBefore } from '../schema/contracts/days.ts';

/** Items that a list of a report holds. */
const mostListed = 100;
const cardsAtOnce = 200;

export interface NightToCompare {
  readonly repo: string;
  readonly asOf: string;
  /** Whose diagnostics are compared. */
  readonly run: string;
  /** Only these tables; absent: all. */
  readonly within?: (table: string) => boolean;
  /** Items that a list holds at most. Default: 100. */
  readonly most?: number;
}

/** Against the last whole night of an earlier date; null when there is none. Lists are in the order of table names. */
export async function measureChanges(db: Database, night: NightToCompare): Promise<Changes | null> {
  const { repo, asOf, run, within = () => true, most = mostListed } = night;
  const before = await lastNight(db, repo, daysBefore(asOf));
  if (before === null) return null;
  const list = <T>() => new CutListBuilder<T>(most);
  const lists = {
    newTables: list<string>(),
    retiredTables: list<string>(),
    changedTables: list<Changes['changedTables']['listed'][number]>(),
    grainChanges: list<Changes['grainChanges']['listed'][number]>(),
    lostUpstreams: list<Changes['lostUpstreams']['listed'][number]>(),
    newConflicts: list<Changes['newConflicts']['listed'][number]>(),
    newDiagnostics: list<Changes['newDiagnostics']['listed'][number]>(),
  };
  const tablesAt = async (date: string) =>
    new Set([...(await pointedSets(db, repo, date, 'link')).keys()].filter((table) => !isTemporary(table)));
  const [then, now] = [await tablesAt(before.asOf), await tablesAt(asOf)];
  lists.newTables.add(sorted(now.difference(then)).filter(within));
  lists.retiredTables.add(sorted(then.difference(now)).filter(within));

  for await (const [table, change] of changedCards(db, repo, before.asOf, asOf, within)) {
    lists.newConflicts.add(change.newConflicts);
    if (change.fields.length === 0) continue;
    lists.changedTables.add([{ table, fields: [...change.fields] }]);
    if (change.grain !== null) lists.grainChanges.add([{ table, ...change.grain }]);
    lists.lostUpstreams.add(
      change.lostUpstreams.map((upstream) => ({ table, upstream, retired: !now.has(upstream) })),
    );
  }
  const diagnostics = async (of: string) => (await readDiagnostics(db, of)) ?? [];
  lists.newDiagnostics.add(newDiagnostics(await diagnostics(before.run), await diagnostics(run)));
  return {
    since: { asOf: before.asOf, run: before.run },
    newTables: lists.newTables.build(),
    retiredTables: lists.retiredTables.build(),
    changedTables: lists.changedTables.build(),
    grainChanges: lists.grainChanges.build(),
    lostUpstreams: lists.lostUpstreams.build(),
    newConflicts: lists.newConflicts.build(),
    newDiagnostics: lists.newDiagnostics.build(),
  };
}

/** Some hundred cards are in memory at once, however many differ. */
async function* changedCards(
  db: Database,
  repo: string,
  then: string,
  now: string,
  within: (table: string) => boolean,
): AsyncGenerator<[table: string, change: ReturnType<typeof tableChanges>]> {
  const old = await pointedSets(db, repo, then, 'card');
  const fresh = await pointedSets(db, repo, now, 'card');
  const names = [...fresh]
    .filter(([table, set]) => within(table) && old.get(table)?.outputHash !== set.outputHash)
    .map(([table, { outputHash }]) => ({ table, hash: outputHash }))
    .sort((a, b) => (a.table < b.table ? -1 : 1));
  for (let at = 0; at < names.length; at += cardsAtOnce) {
    const some = names.slice(at, at + cardsAtOnce);
    const before = await readNamedCards(
      db,
      repo,
      some.flatMap(({ table }) => ({ table, hash: old.get(table)?.outputHash ?? '' })),
    );
    const after = await readNamedCards(db, repo, some);
    for (const { table } of some) {
      const card = after.get(table);
      if (card !== undefined) yield [table, tableChanges(before.get(table) ?? null, card)];
    }
  }
}

const sorted = (tables: ReadonlySet<string>): string[] => [...tables].sort();
