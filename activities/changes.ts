/** What a night changed against the night before it. */
import { isTemporary } from '../inference/link/table-id.ts';
import { readClaims } from '../store/claims.ts';
import { lastNight } from '../store/nights.ts';
import { pointedSets, type PointedSet } from '../store/pointed-sets.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';

const listed = 200;

/** All empty for the first night of a repository. Lists hold at most 200 tables. */
export async function measureChanges(deps: ActivityDeps, handle: RunHandle): Promise<RunReport['changes']> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const before = await lastNight(db, repo, dayBefore(asOf));
  if (before === null) return { newTables: [], retiredTables: [], changedCards: 0, grainChanges: [] };
  const tablesOf = async (date: string) =>
    [...(await pointedSets(db, repo, date, 'link')).keys()].filter((table) => !isTemporary(table));
  const [then, now] = [new Set(await tablesOf(before.asOf)), new Set(await tablesOf(asOf))];
  const changed = differing(
    await pointedSets(db, repo, before.asOf, 'card'),
    await pointedSets(db, repo, asOf, 'card'),
  );
  return {
    newTables: [...now].filter((table) => !then.has(table)).sort().slice(0, listed), // prettier-ignore
    retiredTables: [...then].filter((table) => !now.has(table)).sort().slice(0, listed), // prettier-ignore
    changedCards: changed.length,
    grainChanges: (await grainChanges(deps, handle, before.asOf)).slice(0, listed),
  };
}

/** Tables in both whose sets differ. */
function differing(then: ReadonlyMap<string, PointedSet>, now: ReadonlyMap<string, PointedSet>): string[] {
  return [...now].filter(([table, set]) => then.has(table) && then.get(table)?.outputHash !== set.outputHash).map(([table]) => table); // prettier-ignore
}

async function grainChanges(
  { db }: ActivityDeps,
  { repo, asOf }: RunHandle,
  before: string,
): Promise<string[]> {
  const then = await pointedSets(db, repo, before, 'derive');
  const now = await pointedSets(db, repo, asOf, 'derive');
  const tables = [...now].filter(([table, set]) => then.has(table) && then.get(table)?.setId !== set.setId).map(([table]) => table); // prettier-ignore
  const grain = async (sets: ReadonlyMap<string, PointedSet>) => {
    const claims = await readClaims(db, tables.map((table) => sets.get(table)?.setId ?? -1), ['grain']); // prettier-ignore
    return (table: string) => {
      const [claim] = claims.get(sets.get(table)?.setId ?? -1) ?? [];
      return claim?.field === 'grain' ? JSON.stringify(claim.value.keys.map((key) => key.columns)) : '';
    };
  };
  const [old, fresh] = [await grain(then), await grain(now)];
  return tables.filter((table) => old(table) !== fresh(table)).sort();
}

const dayBefore = (date: string): string =>
  new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
