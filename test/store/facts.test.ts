import assert from 'node:assert/strict';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import type { Relation } from '../../schema/contracts/relation.ts';
import { findFacts, keysWithDiagnostic, readFacts, readSummaries, saveFacts } from '../../store/facts.ts';
import { withDatabases } from '../support/databases.ts';

const relation = { rel: 'table', name: { parts: ['raw', 'orders'] } } as unknown as Relation;
const facts: FileFacts = {
  path: 'models/orders.sql',
  reader: 'dbt',
  version: 2,
  dialect: 'snowflake',
  builds: [
    {
      target: { parts: ['orders'] },
      kind: 'table',
      write: 'replace',
      lines: [1, 9],
      relation,
      incremental: relation,
      reads: [],
    },
  ],
  uses: [{ kind: 'analysis', lines: [1, 2], reads: [], relation }],
  declarations: [],
  jobs: [],
  diagnostics: [{ code: 'sql.syntax', severity: 'error', message: 'odd \0 text', path: 'x', fault: 'user' }],
  statements: { total: 1, parsed: 1, opaque: 0, failed: 0 },
};

withDatabases(
  'facts are found by blob, path and reader, and read whole or without relations',
  async ({ db }) => {
    const traced = { ...facts, trace: { 'macro:x': 'h' } };
    const rows = [
      { key: 'k1', blob: 'b1', facts },
      { key: 'k2', blob: 'b1', facts: traced },
    ];
    await saveFacts(db, 'shop', rows);
    await saveFacts(db, 'shop', rows);

    const candidate = { path: facts.path, blob: 'b1', reader: 'dbt', version: 2, dialect: 'snowflake' };
    const found = await findFacts(db, [
      candidate,
      { ...candidate, blob: 'b2' },
      { ...candidate, version: 3 },
    ]);
    assert.deepEqual(found, [
      { ...candidate, key: 'k1', trace: null },
      { ...candidate, key: 'k2', trace: { 'macro:x': 'h' } },
    ]);

    assert.deepEqual(
      await readFacts(db, ['k1', 'k2', 'absent']),
      new Map([
        ['k1', facts],
        ['k2', traced],
      ]),
    );
    const summary = (await readSummaries(db, ['k1'])).get('k1');
    assert.deepEqual(summary?.builds, [
      { target: { parts: ['orders'] }, kind: 'table', write: 'replace', lines: [1, 9], reads: [] },
    ]);
    assert.deepEqual(summary?.uses, [{ kind: 'analysis', lines: [1, 2], reads: [] }]);
    assert.equal(summary?.diagnostics[0]?.message, 'odd \uFFFD text');
    const code = summary?.diagnostics[0]?.code ?? '';
    assert.deepEqual(await keysWithDiagnostic(db, ['k1', 'k2', 'absent'], code), new Set(['k1', 'k2']));
    assert.deepEqual(await keysWithDiagnostic(db, ['k1', 'k2'], 'sql.other'), new Set());
  },
);

withDatabases('facts are found by what was asked, whatever they say of their own dialect', async ({ db }) => {
  const asked = { reader: 'dbt', version: 2, dialect: 'generic' };
  await saveFacts(db, 'shop', [{ key: 'k3', blob: 'b3', facts, asked }]);
  const found = await findFacts(db, [{ path: facts.path, blob: 'b3', ...asked }]);
  assert.deepEqual(found.map((row) => row.key), ['k3']); // prettier-ignore
  assert.equal((await readFacts(db, ['k3'])).get('k3')?.dialect, 'snowflake');
});
