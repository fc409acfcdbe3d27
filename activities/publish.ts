import { readCardVersions } from '../store/cards.ts';
import { daysBefore } from '../schema/contracts/days.ts';
import { dropNights } from '../store/old-nights.ts';
import { dropUnreachable } from '../store/unreachable.ts';
import { vacuum } from '../store/upkeep.ts';
import { currentSnapshot, publishSnapshot, type SnapshotEntry } from '../store/snapshots.ts';
import type { Published, RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { indexVectors } from './embed.ts';
import { alive } from './heartbeat.ts';
import { queryEntries } from './query-entries.ts';
import { commitOrder } from './runs.ts';
import { sameNight } from './same-night.ts';
import { inScope, isWhole, onlyTable } from './scope.ts';
import { mirrorOf } from './source-files.ts';

/** Makes the night's cards and queries what readers see, unless a later night is published already. */
export function publish(deps: ActivityDeps, handle: RunHandle): Promise<Published> {
  return alive(async () => {
    const { db } = deps;
    const { repo, asOf, commit, run } = handle;
    const begun = handle.base;
    // Before the cards are read: what others publish from here on is theirs, and is compared card by card.
    const base = (await currentSnapshot(db, repo))?.id ?? null;
    await indexVectors(deps);
    const same = (await sameNight(deps, handle)) !== null;
    const whole = isWhole(handle);
    const order = await commitOrder(await mirrorOf(deps, repo), commit);
    const result = await publishSnapshot(db, {
      repo,
      asOf,
      commit,
      commitOrder: order,
      run,
      begun,
      base,
      entries: same ? [] : await entriesOf(deps, handle),
      removed: whole && !same ? 'all-others' : [],
      model: deps.embedder.model,
    });
    if (whole && !same) await dropUnreachable(db);
    const dropped = whole ? await dropOld(deps, handle) : undefined;
    if (deps.keepsHouse) await vacuum(db);
    const outcome = result.outcome === 'history' ? 'history' : result.changed > 0 ? 'published' : 'unchanged';
    return { outcome, ...(dropped && { dropped }) };
  });
}

async function dropOld(
  { db, config }: ActivityDeps,
  { repo, asOf }: RunHandle,
): Promise<Published['dropped']> {
  if (config.keepDays === undefined) return undefined;
  const { oldest, nights, sets } = await dropNights(db, repo, daysBefore(asOf, config.keepDays));
  return oldest === null || nights === 0 ? undefined : { before: oldest, nights, sets };
}

/** Cards that the run is for, and all queries of a whole night. */
async function entriesOf(deps: ActivityDeps, handle: RunHandle): Promise<SnapshotEntry[]> {
  const { repo, asOf } = handle;
  const wanted = inScope(handle);
  const versions = await readCardVersions(deps.db, repo, { asOf }, onlyTable(handle));
  const cards = versions
    .filter((card) => wanted(card.table))
    .map((card): SnapshotEntry => ({
      kind: 'card',
      ref: card.table,
      version: card.version,
      textHash: card.textHash,
    }));
  return isWhole(handle) ? [...cards, ...(await queryEntries(deps, handle))] : cards;
}
