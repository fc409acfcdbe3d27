import assert from 'node:assert/strict';
import { ledgerLines } from '../../cli/ledger-lines.ts';
import { claimLineSchema, type NewClaim } from '../../schema/contracts/claims.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { recordNight } from '../../store/nights.ts';
import { pointTables } from '../../store/pointers.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const code = (blob: string) => [
  { kind: 'code' as const, path: 'orders.sql', lines: [1, 9] as [number, number], blob },
];
const join = (table: string, to: string, blob = 'b1'): NewClaim => ({
  table,
  field: 'join',
  origin: 'derived',
  value: { columns: ['id'], to, to_path: null, to_columns: ['id'], cardinality: 'n:1' },
  confidence: 0.9,
  evidence: code(blob),
});

withDatabases('the ledger is printed by the contract, whole at any page size', async ({ db }) => {
  const night = async (asOf: string, commit: string, table: string, claims: NewClaim[]) => {
    const [set] = await saveStageResults(db, repo, [
      { table, stage: 'derive', inputHash: commit + asOf, claims, output: null },
    ]);
    await pointTables(db, repo, asOf, [{ table, stage: 'derive', setId: set?.setId ?? null }]);
    await recordNight(db, repo, {
      asOf,
      run: asOf,
      commit,
      nightHash: asOf,
      published: true,
      stateHash: null,
    });
  };
  const targets = ['a', 'b', 'c', 'd', 'e'].map((name) => `acme.${name}`);
  await night('2026-01-01', 'old', 'acme.orders', [join('acme.orders', 'acme.a', 'b0')]);
  await night(
    '2026-01-02',
    'new',
    'acme.orders',
    targets.map((to) => join('acme.orders', to)),
  );
  await night('2026-01-02', 'new', 'acme.z', [join('acme.z', 'acme.a')]);

  const paths = new Map([['acme.orders', 'orders.sql'], ['acme.a', 'a.sql']]); // prettier-ignore
  const source = { db, repo, asOf: '2026-01-02', commit: 'new', paths };
  const tables = ['acme.orders', 'acme.z'];
  const whole = await collect(ledgerLines(source, { tables }));
  assert.deepEqual(await collect(ledgerLines(source, { tables }, 2)), whole);
  assert.equal(whole.length, targets.length + 1);
  assert.deepEqual(whole[0], {
    table: 'acme.orders',
    path: 'orders.sql',
    field: 'join',
    origin: 'derived',
    value: { columns: ['id'], to: 'acme.a', to_path: 'a.sql', to_columns: ['id'], cardinality: 'n:1' },
    confidence: 0.9,
    evidence: [{ path: 'orders.sql', lines: [1, 9], commit: 'new' }],
    superseded: false,
  });
  for (const line of whole) claimLineSchema.parse(line);

  const all = await collect(ledgerLines(source, { tables, superseded: true }));
  const gone = all.filter(({ superseded }) => superseded);
  assert.deepEqual(
    gone.map(({ evidence }) => evidence),
    [[{ path: 'orders.sql', lines: [1, 9], commit: 'old' }]],
  );
});
