/** What is proved must hold: random queries are run on random databases, and every proved key, NOT NULL, value list and condition is checked. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { deriveTable } from '../../../inference/derive/derive.ts';
import type { DerivedTable } from '../../../inference/derive/derive.ts';
import { emptyInterface, withDeclared } from '../../../inference/derive/interface.ts';
import type { TableInterface } from '../../../inference/derive/interface.ts';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import { randomOf } from '../../../inference/refute/random.ts';
import { QueryMaker, randomRows, tables } from './random-query.ts';

const queries = Number(process.env['DERIVE_QUERIES'] ?? 300);
const databases = Number(process.env['DERIVE_DATABASES'] ?? 10);
const seed = Number(process.env['DERIVE_SEED'] ?? 1);

await initSqlReader();

const upstream = new Map<string, TableInterface>(
  tables.map((table) => [
    table.name,
    withDeclared(
      {
        ...emptyInterface,
        columns: table.columns.map((name) => ({ name, type: 'integer', nullable: null, values: null })),
        complete: true,
      },
      {
        notNull: table.notNull,
        testedKeys:
          table.key.length > 0
            ? [{ columns: table.key, because: table.name, by: 'test', basis: 'tested' }]
            : [],
      },
    ),
  ]),
);

function derive(sql: string): DerivedTable {
  const relation = readSql(sql, { dialect: 'duckdb' })[0]?.relation;
  assert.ok(relation, `reads ${sql}`);
  return deriveTable({
    table: 'built',
    path: 'random.sql',
    builds: [
      { target: { parts: ['built'] }, kind: 'table', write: 'replace', lines: [1, 1], reads: [], relation },
    ],
    resolve: (ref) => ref.parts.join('.'),
    upstream: (table) => upstream.get(table) ?? null,
  });
}

type Row = Record<string, string | number | null>;

function counterexample(derived: DerivedTable, rows: readonly Row[]): string | null {
  for (const key of derived.interface.keys) {
    if (key.basis !== 'proved') continue;
    const seen = new Set<string>();
    for (const row of rows) {
      const values = key.columns.map((column) => row[column]);
      if (key.weak && values.includes(null)) continue;
      const text = JSON.stringify(values);
      if (seen.has(text))
        return `${key.weak ? 'weak ' : ''}key (${key.columns.join(', ')}) has ${text} twice`;
      seen.add(text);
    }
  }
  for (const column of derived.columns) {
    const values = rows.map((row) => row[column.name]);
    if (column.nullable === false && values.includes(null)) return `${column.name} is NULL`;
    const known = column.values?.map((value) => value.slice(value.indexOf(':') + 1));
    const other = known && values.find((value) => !known.includes(String(value)));
    if (other !== undefined && known) return `${column.name} is ${String(other)}, not one of ${known.join()}`;
  }
  for (const { from, to, weak, assumed } of derived.interface.determines) {
    if (assumed) continue;
    const seen = new Map<string, string>();
    for (const row of rows) {
      const left = from.map((column) => row[column]);
      if (weak && left.includes(null)) continue;
      const right = JSON.stringify(to.map((column) => row[column]));
      const before = seen.get(JSON.stringify(left));
      if (before !== undefined && before !== right) return `${from.join()} does not determine ${to.join()}`;
      seen.set(JSON.stringify(left), right);
    }
  }
  return null;
}

/** The conditions over output columns that some row does not meet. */
function conditionsBroken(derived: DerivedTable, sql: string, db: DatabaseSync): string | null {
  for (const fact of derived.population) {
    if (/\.|over \(|\(select/.test(fact.sql)) continue;
    const broken = db
      .prepare(`select count(*) as n from (${sql}) as q where (${fact.sql}) is not true`)
      .get();
    if (Number(broken?.['n']) > 0) return `population ${fact.sql}`;
  }
  return null;
}

test('nothing proved of random queries has a counterexample', () => {
  let keys = 0;
  for (let i = 0; i < queries; i++) {
    const random = randomOf(seed * 100_003 + i);
    const { sql } = new QueryMaker(random).query();
    const derived = derive(sql);
    keys += derived.interface.keys.length > 0 ? 1 : 0;
    for (let j = 0; j < databases; j++) {
      const db = new DatabaseSync(':memory:');
      const data = tables.map((table) => ({ table, rows: randomRows(table, random) }));
      for (const { table, rows } of data) {
        db.exec(`create table ${table.name} (${table.columns.map((name) => `${name} integer`).join(', ')})`);
        for (const row of rows)
          db.exec(`insert into ${table.name} values (${row.map((value) => value ?? 'null').join(', ')})`);
      }
      const found =
        counterexample(derived, db.prepare(sql).all() as unknown as Row[]) ??
        conditionsBroken(derived, sql, db);
      db.close();
      assert.equal(
        found,
        null,
        `seed ${seed}, query ${i}: ${found}\n${sql}\n${JSON.stringify(data.map(({ table, rows }) => [table.name, rows]))}\n${JSON.stringify(derived.steps.grain)}`,
      );
    }
  }
  assert.ok(keys > queries / 4, `only ${keys} of ${queries} queries have a key: the test has lost its bite`);
});
