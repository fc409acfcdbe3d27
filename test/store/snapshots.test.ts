import assert from 'node:assert/strict';
import type { Card } from '../../schema/contracts/card.ts';
import { readCards, saveCards } from '../../store/cards.ts';
import type { Database } from '../../store/database.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { pointTables } from '../../store/pointers.ts';
import {
  currentSnapshot,
  publishSnapshot,
  type PublishRequest,
  type SnapshotEntry,
} from '../../store/snapshots.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';

async function card(db: Database, table: string, text: string): Promise<SnapshotEntry> {
  const body = { table, description: text } as unknown as Card;
  const versions = await saveCards(db, repo, [
    { table, hash: text, card: body, text, textHash: `hash of ${text}` },
  ]);
  return { kind: 'card', ref: table, version: versions.get(table) ?? 0, textHash: `hash of ${text}` };
}

async function publish(db: Database, run: string, request: Partial<PublishRequest>) {
  return publishSnapshot(db, {
    repo,
    asOf: '2025-01-01',
    commit: 'c1',
    commitOrder: 1,
    run,
    base: null,
    entries: [],
    removed: [],
    model: null,
    ...request,
  });
}

async function texts(db: Database, snapshot: number) {
  return (await readCards(db, repo, null, { snapshot })).map(({ card }) => card.description as unknown);
}

withDatabases('a snapshot stays as it was when later ones change and remove', async ({ db }) => {
  const one = await publish(db, 'r1', { entries: [await card(db, 'a', 'a1'), await card(db, 'b', 'b1')] });
  const same = await publish(db, 'r2', {
    asOf: '2025-01-02',
    base: one.snapshot,
    entries: [await card(db, 'a', 'a1'), await card(db, 'b', 'b2')],
    removed: 'all-others',
  });
  const three = await publish(db, 'r3', {
    asOf: '2025-01-03',
    base: same.snapshot,
    entries: [await card(db, 'c', 'c1')],
    removed: [
      { kind: 'card', ref: 'a' },
      { kind: 'card', ref: 'never there' },
    ],
  });
  assert.deepEqual(
    [one, same, three].map((result) => 'changed' in result && result.changed),
    [2, 1, 2],
  );
  assert.deepEqual(await texts(db, one.snapshot), ['a1', 'b1']);
  assert.deepEqual(await texts(db, same.snapshot), ['a1', 'b2']);
  assert.deepEqual(await texts(db, three.snapshot), ['b2', 'c1']);
  const [found] = await readCards(db, repo, ['b', 'absent'], { snapshot: three.snapshot });
  assert.equal(found?.card.table, 'b');
  assert.equal((await currentSnapshot(db, repo))?.id, three.snapshot);
});

withDatabases('a run publishes once, and a past night never', async ({ db }) => {
  const entries = [await card(db, 'a', 'a1')];
  const first = await publish(db, 'r1', { entries });
  const again = await publish(db, 'r1', { entries: [await card(db, 'a', 'a2')] });
  assert.equal(again.snapshot, first.snapshot);
  const past = await publish(db, 'r0', {
    asOf: '2024-12-31',
    entries: [await card(db, 'a', 'a0')],
    base: first.snapshot,
  });
  assert.deepEqual(past, { outcome: 'history', snapshot: first.snapshot });
  assert.deepEqual(await texts(db, first.snapshot), ['a1']);
});

withDatabases('whoever publishes over an old base keeps what a newer run changed', async ({ db }) => {
  const base = await publish(db, 'r1', {
    entries: await Promise.all(['a', 'b', 'c', 'd'].map((table) => card(db, table, `${table}1`))),
  });
  const patch = await publish(db, 'patch', {
    commitOrder: 3,
    base: base.snapshot,
    entries: [await card(db, 'a', 'a3'), await card(db, 'e', 'e3')],
    removed: [{ kind: 'card', ref: 'b' }],
  });
  const late = await publish(db, 'night', {
    commitOrder: 2,
    base: base.snapshot,
    entries: await Promise.all(['a', 'b', 'c'].map((table) => card(db, table, `${table}2`))),
    removed: 'all-others',
  });
  assert.deepEqual(late, { outcome: 'published', snapshot: patch.snapshot + 1, changed: 2, kept: 3 });
  assert.deepEqual(await texts(db, late.snapshot), ['a3', 'c2', 'e3']);

  const newer = await publish(db, 'newer', {
    commitOrder: 4,
    base: base.snapshot,
    entries: [await card(db, 'a', 'a4')],
    removed: 'all-others',
  });
  assert.deepEqual(await texts(db, newer.snapshot), ['a4']);
});

withDatabases('publishing side by side loses nothing', async ({ db }) => {
  const cards = await Promise.all(Array.from({ length: 6 }, (_, n) => card(db, `t${n}`, `text ${n}`)));
  await Promise.all(cards.map((entry, n) => publish(db, `r${n}`, { entries: [entry] })));
  const current = await currentSnapshot(db, repo);
  assert.equal((await texts(db, current?.id ?? 0)).length, 6);
});

withDatabases('cards are found as of a night that was never published', async ({ db }) => {
  const [set] = await saveStageResults(db, repo, [
    { table: 'a', stage: 'card', inputHash: 'h', claims: [], output: 'the card' },
  ]);
  assert.ok(set);
  await saveCards(db, repo, [
    { table: 'a', hash: set.outputHash, card: { table: 'a' } as Card, text: 'x', textHash: 'hash of x' },
  ]);
  await pointTables(db, repo, '2024-06-01', [{ table: 'a', stage: 'card', setId: set.setId }]);
  assert.deepEqual(
    (await readCards(db, repo, null, { asOf: '2024-06-02' })).map((row) => row.textHash),
    ['hash of x'],
  );
  assert.deepEqual(await readCards(db, repo, null, { asOf: '2024-05-31' }), []);
});
