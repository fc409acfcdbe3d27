/** Two parsers that share no code read the same text: where they agree, neither has lost an operator or a precedence. */
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { convertQuery } from '../../../parsers/sql/convert/query.ts';
import { rootEnv } from '../../../parsers/sql/convert/env.ts';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import { readTree } from '../../../parsers/sql/readers/read-tree.ts';
import { readQueryAgain } from '../../../parsers/sql/readers/second-reader.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { outlineOf } from './outline.ts';

before(initSqlReader);

const env = () => rootEnv({ dialect: 'bigquery', lineOf: (line) => line, report: () => {} });
const shape = (relation: Relation): string[] => outlineOf(relation).map((line) => line.replace(/ @\d+$/, ''));

const queries = [
  'SELECT a FROM t WHERE x AND NOT e = 1 OR f IN (1, 2) AND g BETWEEN 1 AND 2 AND NOT h LIKE "i%"',
  'SELECT a - b - c, a - (b - c), a * b + c / d, -a + b, a || b || c FROM t',
  'WITH c AS (SELECT * FROM p.d.t), e AS (SELECT * FROM c UNION ALL SELECT * FROM d.u) SELECT e.* EXCEPT (x) FROM e LEFT JOIN c USING (id)',
  'SELECT DISTINCT a, SUM(x) OVER (PARTITION BY a ORDER BY b DESC) AS s FROM t, UNNEST(t.r) AS u WITH OFFSET o QUALIFY s > 1 ORDER BY 1 LIMIT 5',
  'SELECT k, COUNT(DISTINCT v) AS n FROM (SELECT * FROM t) AS s WHERE EXISTS (SELECT 1 FROM u WHERE u.k = s.k) GROUP BY 1 HAVING n > 1',
  'SELECT a FROM x WHERE b IN (SELECT b FROM y) UNION DISTINCT (SELECT c FROM z ORDER BY c LIMIT 3) ORDER BY a',
  'SELECT CASE a WHEN 1 THEN b ELSE c END, CAST(a AS INT64), SAFE_CAST(b AS FLOAT64), ARRAY(SELECT 1), arr[OFFSET(0)].f FROM a JOIN b ON a.i = b.i CROSS JOIN c',
];

for (const sql of queries)
  test(sql, () => {
    const first = readTree(sql, 'bigquery');
    const second = readQueryAgain(sql, 'bigquery');
    assert.ok('tree' in first && second);
    assert.deepEqual(shape(convertQuery(first.tree, env())), shape(convertQuery(second, env())));
  });
