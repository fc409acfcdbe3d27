import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { claimId } from '../../knowledge/claim-id.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import type { StageResult } from '../../schema/contracts/stages.ts';
import { findSets, readOutputs, saveStageResults, setKey } from '../../store/claim-sets.ts';
import { countClaims, readClaims, readLedger } from '../../store/claims.ts';
import { pointTables } from '../../store/pointers.ts';
import { withDatabases } from '../support/databases.ts';

const evidence = [{ kind: 'code', path: 'a.sql', lines: [3, 4], blob: 'b1' }] as const;

function description(table: string, text: string): NewClaim {
  return {
    table,
    field: 'description',
    value: { text },
    origin: 'declared',
    confidence: 0.9,
    evidence: [...evidence] as never,
  };
}

function upstream(table: string, of: string): NewClaim {
  return {
    table,
    field: 'upstream',
    value: { table: of },
    origin: 'derived',
    confidence: 1,
    evidence: [...evidence] as never,
    steps: [{ text: 'read from', path: 'a.sql', line: 3 }],
  };
}

function result(table: string, inputHash: string, claims: NewClaim[], output: unknown = null): StageResult {
  return { table, stage: 'derive', inputHash, claims, output };
}

withDatabases('saving results twice leaves the same rows and answers the same', async ({ db }) => {
  const results = [
    result('b', 'h1', [upstream('b', 'z'), description('b', 'one'), upstream('b', 'a')], { columns: ['x'] }),
    result('a', 'h1', []),
  ];
  const first = await saveStageResults(db, 'shop', results);
  assert.deepEqual(
    first.map((set) => set.table),
    ['b', 'a'],
  );
  assert.deepEqual(await saveStageResults(db, 'shop', results), first);
  const { rows } =
    await sql`select (select sum(cardinality(ids)) from tablelore.claim_list) as claims, (select count(*) from tablelore.claim_set) as sets`.execute(
      db,
    );
  assert.deepEqual(rows, [{ claims: 3, sets: 2 }]);

  const ids = first.map((set) => set.setId);
  const claims = await readClaims(db, ids);
  assert.deepEqual(
    claims.get(ids[0] ?? 0),
    results[0]?.claims.map((claim) => ({ id: claimId(claim), ...claim })),
  );
  assert.deepEqual(claims.get(ids[1] ?? 0), []);
  const outputs = await readOutputs(db, [...ids, -1]);
  assert.deepEqual([...outputs.keys()].sort(), [...ids].sort());
  assert.deepEqual(outputs.get(ids[0] ?? 0), {
    output: { columns: ['x'] },
    outputHash: first[0]?.outputHash,
  });

  const found = await findSets(db, 'shop', [...results, result('b', 'other', [])]);
  assert.deepEqual(
    [...found],
    [...found].filter(([key]) => results.some((one) => setKey(one) === key)),
  );
  assert.equal(found.size, 2);
});

withDatabases('the first result of an input stays', async ({ db }) => {
  const [first] = await saveStageResults(db, 'shop', [result('a', 'h', [description('a', 'one')], 1)]);
  const [second] = await saveStageResults(db, 'shop', [result('a', 'h', [description('a', 'two')], 2)]);
  assert.deepEqual(second, first);
});

withDatabases('text that Postgres cannot store is mended, not lost', async ({ db }) => {
  const odd = 'a\0b \ud800 \\u0000 "quoted" \\ é 表';
  const [stored] = await saveStageResults(db, 'shop', [result('t\0', 'h', [description('t', odd)], odd)]);
  const [claim] = (await readClaims(db, [stored?.setId ?? 0])).get(stored?.setId ?? 0) ?? [];
  assert.deepEqual(claim?.value, { text: 'a\uFFFDb \uFFFD \\u0000 "quoted" \\ é 表' });
});

withDatabases('a claim that left its table is superseded from that night on', async ({ db }) => {
  const one = description('a', 'one');
  const two = description('a', 'two');
  const [first, second] = await saveStageResults(db, 'shop', [
    result('a', 'h1', [one, upstream('a', 'x')]),
    result('a', 'h2', [two, upstream('a', 'x')]),
  ]);
  await pointTables(db, 'shop', '2025-01-01', [{ table: 'a', stage: 'derive', setId: first?.setId ?? 0 }]);
  await pointTables(db, 'shop', '2025-01-02', [{ table: 'a', stage: 'derive', setId: second?.setId ?? 0 }]);
  const ledger = async (asOf: string, superseded: boolean) =>
    Object.fromEntries(
      (await readLedger(db, 'shop', asOf, { field: 'description', superseded }, null, 10)).map((entry) => [
        (entry.claim.value as { text: string }).text,
        entry.superseded,
      ]),
    );
  assert.deepEqual(await ledger('2025-01-02', false), { two: false });
  assert.deepEqual(await ledger('2025-01-02', true), { one: true, two: false });
  assert.deepEqual(await ledger('2025-01-01', false), { one: false });

  const firstPage = await readLedger(db, 'shop', '2025-01-02', { superseded: true }, null, 2);
  const rest = await readLedger(db, 'shop', '2025-01-02', { superseded: true }, firstPage.at(-1) ?? null, 2);
  assert.equal(new Set([...firstPage, ...rest].map((entry) => entry.claim.id)).size, 3);
  assert.deepEqual(await countClaims(db, 'shop', '2025-01-02'), [
    { field: 'description', origin: 'declared', count: 1 },
    { field: 'upstream', origin: 'derived', count: 1 },
  ]);
});

withDatabases('writers of the same claims side by side wait for each other', async ({ db }) => {
  const results = Array.from({ length: 40 }, (_, n) =>
    result(`t${n}`, 'h', [description(`t${n}`, 'one'), upstream(`t${n}`, 'x')]),
  );
  const saved = await Promise.all(
    [results, results.toReversed(), results].map((order) => saveStageResults(db, 'shop', order)),
  );
  assert.deepEqual(saved[1]?.toReversed(), saved[0]);
  assert.deepEqual(saved[2], saved[0]);
});
