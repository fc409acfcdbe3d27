import assert from 'node:assert/strict';
import test from 'node:test';
import { sourceWitness, witnessOf } from '../../../inference/conventions/witness.ts';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import type { LinkOutput, TestedKey } from '../../../schema/contracts/stages.ts';

await initSqlReader();

const tested = (...columns: string[]): TestedKey => ({
  columns,
  because: 'unique test',
  by: 'test',
  basis: 'tested',
});

const link = (rest: Partial<LinkOutput>): LinkOutput => ({
  path: null,
  kind: 'view',
  write: 'replace',
  alias: null,
  builds: [],
  names: {},
  testedKeys: [],
  notNull: [],
  upstream: [],
  columnsComplete: false,
  columns: null,
  level: 0,
  ...rest,
});

function witness(sql: string, key: TestedKey, upstream = ['raw']) {
  const relation = readSql(sql, { dialect: 'snowflake' })[0]?.relation;
  assert.ok(relation);
  const build = { target: { parts: ['stg'] }, kind: 'view', write: 'replace', lines: [1, 1], reads: [], relation, path: 'stg.sql' } as const; // prettier-ignore
  return witnessOf(link({ upstream, testedKeys: [key] }), link({}), {
    table: 'stg',
    path: 'stg.sql',
    builds: [build],
    resolve: (ref) => ref.parts.join('.'),
    upstream: () => null,
  });
}

test("a test of a model that passes a source through tells the source's key", () => {
  const found = witness('select id as user_id, upper(name) as name from raw where not deleted', tested('user_id')); // prettier-ignore
  assert.deepEqual([found?.source, found?.key, found?.model], ['raw', ['id'], 'stg']);
});

test('constants are no part of the key of the source', () => {
  const sql = "select 'ethereum' as blockchain, evt_tx_hash as tx_hash, evt_index from raw";
  assert.deepEqual(witness(sql, tested('blockchain', 'evt_index', 'tx_hash'))?.key, ['evt_index', 'evt_tx_hash']); // prettier-ignore
});

test('a model that makes its key unique itself tells nothing of the source', () => {
  const once = 'select id from raw qualify row_number() over (partition by id order by at desc) = 1';
  assert.equal(witness(once, tested('id')), null);
  assert.equal(witness('select id, sum(x) as x from raw group by id', tested('id')), null);
});

test('computed keys, and models of several tables, tell nothing', () => {
  assert.equal(witness('select lower(id) as id from raw', tested('id')), null);
  assert.equal(witness('select a.id from raw a join other b on a.x = b.x', tested('id'), ['other', 'raw']), null); // prettier-ignore
});

test('a source that is tested speaks for itself, and an accepted convention shows no other', () => {
  const keysBy = (by: TestedKey['by']) => sourceWitness('raw', link({ testedKeys: [{ ...tested('id'), by }] })).map(({ key }) => key); // prettier-ignore
  assert.deepEqual(keysBy('test'), [['id']]);
  assert.deepEqual(keysBy('convention'), []);
});
