import { readCardVersions } from '../store/cards.ts';
import { daysBefore } from '../schema/contracts/days.ts';
import { dropNights } from '../store/old-nights.ts';
import { dropUnreachable } from '../store/unreachable.ts';
import { vacuum } from '../store/upkeep.ts';
import { currentSnapshot, publishSnapshot, type EntryRef, type SnapshotEntry } from '../store/snapshots.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { indexVectors } from './embed.ts';
import { alive } from './heartbeat.ts';
import { queryEntries } from './query-entries.ts';
import { commitOrder } from './runs.ts';
import { inScope } from './scope.ts';
import { mirrorOf } from './source-files.ts';

/** Makes the night's cards and queries what readers see, unless a later night is published already. */
export function publish(
  deps: ActivityDeps,
  handle: RunHandle,
): Promise<{ outcome: 'published' | 'unchanged' | 'history' }> {
  return alive(async () => {
    const { db } = deps;
    const { repo, asOf, commit, run } = handle;
    const begun = handle.base;
    // Before the cards are read: what others publish from here on is theirs, and is compared card by card.
    const base = (await currentSnapshot(db, repo))?.id ?? null;
    await indexVectors(deps);
    const wanted = inScope(handle);
    const whole = handle.table === null && handle.tables === null;
    const versions = (await readCardVersions(db, repo, { asOf })).filter((card) => wanted(card.table));
    const cards = versions.map(({ table, version, textHash }): SnapshotEntry => ({
      kind: 'card',
      ref: table,
      version,
      textHash,
    }));
    const queries = whole ? await queryEntries(deps, handle) : [];
    const removed: readonly EntryRef[] | 'all-others' = whole ? 'all-others' : [];
    const order = await commitOrder(await mirrorOf(deps, repo), commit);
    const result = await publishSnapshot(db, {
      repo,
      asOf,
      commit,
      commitOrder: order,
      run,
      begun,
      base,
      entries: [...cards, ...queries],
      removed,
      model: deps.embedder.model,
    });
    if (whole) await dropUnreachable(db);
    const { keepDays } = deps.config;
    if (whole && keepDays !== undefined) await dropNights(db, repo, daysBefore(asOf, keepDays));
    if (deps.keepsHouse) await vacuum(db);
    if (result.outcome === 'history') return { outcome: 'history' };
    return { outcome: result.changed > 0 ? 'published' : 'unchanged' };
  });
}
