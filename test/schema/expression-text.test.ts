import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { initSqlReader, readSql } from '../../parsers/sql/index.ts';
import { expressionText } from '../../schema/contracts/expression-text.ts';

before(initSqlReader);

const printed = (sql: string): string => {
  const [statement] = readSql(`SELECT ${sql} FROM t`, { dialect: 'bigquery' });
  const relation = statement!.relation!;
  assert.ok(relation.op === 'project' || relation.op === 'aggregate');
  return expressionText(relation.items[0]!.value);
};

const cases: readonly (readonly [sql: string, text?: string])[] = [
  ['(a OR b) AND c'],
  ['((a)) AND (b AND c)', 'a AND b AND c'],
  ['a - (b - c)'],
  ['(a - b) - c', 'a - b - c'],
  ['(a + b) * c'],
  ['NOT (a AND b)'],
  ['a NOT IN (1, 2)'],
  ['a NOT BETWEEN 1 AND 2'],
  ["a NOT LIKE 'x%'"],
  ['a IS NOT NULL'],
  ['(a = b) IS TRUE'],
  ['a = (b = c)'],
  ["CASE WHEN a THEN 'it''s' ELSE NULL END"],
  ['COUNT(DISTINCT a)'],
  ['ARRAY_AGG(a ORDER BY b DESC)'],
  ['SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)'],
  ['CAST(a AS INT64)'],
  ["DATE '2020-01-01'"],
  ['@day'],
  ['a IN (SELECT 1)', 'a IN (…)'],
  ['NOT EXISTS (SELECT 1)', 'NOT EXISTS (…)'],
  ['a.b.c[OFFSET(0)].d'],
  ['STRUCT(a AS x, 1 AS y)'],
];

for (const [sql, text = sql] of cases) test(sql, () => assert.equal(printed(sql), text));
