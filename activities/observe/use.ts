/** Use and observed joins of every table. */
import { isTemporary } from '../../inference/link/table-id.ts';
import { observedJoins } from '../../knowledge/rank/observed-joins.ts';
import { usageOf } from '../../knowledge/rank/usage-band.ts';
import type { Card } from '../../schema/contracts/card.ts';
import type { ClaimValue, NewClaim } from '../../schema/contracts/claims.ts';
import type { StageResult } from '../../schema/contracts/stages.ts';
import { outputsByTable, saveStageResults } from '../../store/claim-sets.ts';
import { readLinks } from '../../store/links.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { pointTables, type PointerChange } from '../../store/pointers.ts';
import { firstLogDay } from '../../store/template-days.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { hashOf } from '../hash.ts';
import { inScope } from '../scope.ts';
import type { SeenInQueries } from './rank.ts';
import { daysBefore } from '../../schema/contracts/days.ts';

/** Output of the stage for one table. */
export interface ObserveOutput {
  readonly usage: Card['usage'];
}

/** Use and observed joins of every table as claims. Tables that are no longer queried keep the set that says so. */
export async function saveUse(deps: ActivityDeps, handle: RunHandle, seen: SeenInQueries): Promise<void> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const since = await firstLogDay(db, repo, asOf);
  if (since === null) return;
  const before = await pointedSets(db, repo, asOf, 'observe');
  // What a night says is kept near a bound by what the one before said, and never by what it said itself when it was run before.
  const nightBefore = await pointedSets(db, repo, daysBefore(asOf), 'observe');
  const outputs = await outputsByTable<ObserveOutput>(db, nightBefore);
  const tables = (await pointedSets(db, repo, asOf, 'link')).keys();
  const links = await readLinks(db, repo, asOf, joinedTables(seen));
  const joins = Map.groupBy(
    observedJoins(seen.joins, (table) => links.get(table)?.path ?? null),
    (claim) => claim.table,
  );
  const results: StageResult<ObserveOutput>[] = [];
  const wanted = inScope(handle);
  for (const table of tables) {
    if (isTemporary(table) || !wanted(table)) continue;
    const previous = outputs.get(table)?.usage ?? null;
    const use = usageOf({ counts: seen.use.get(table) ?? null, asOf, since, previous });
    const claims: NewClaim[] = [...(joins.get(table) ?? [])];
    if (use) claims.unshift(usageClaim(table, use));
    results.push({
      table,
      stage: 'observe',
      inputHash: hashOf({ claims, use }),
      claims,
      output: { usage: use },
    });
  }
  const changed = results.filter((result) => before.get(result.table)?.inputHash !== result.inputHash);
  const saved = await saveStageResults(db, repo, changed);
  await pointTables(db, repo, asOf, saved.map(({ table, setId }): PointerChange => ({ table, stage: 'observe', setId }))); // prettier-ignore
}

const joinedTables = ({ joins }: SeenInQueries): string[] => [
  ...new Set(joins.flatMap(({ left, right }) => [left.table, right.table])),
];

const usageClaim = (table: string, { band, trend }: NonNullable<Card['usage']>): NewClaim => ({
  table,
  field: 'usage',
  value: { band, trend: trend as ClaimValue<'usage'>['trend'] },
  origin: 'observed',
  confidence: 1,
  evidence: [],
});
