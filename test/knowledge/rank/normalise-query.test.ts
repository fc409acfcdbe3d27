import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { normaliseQuery } from '../../../knowledge/rank/normalise-query.ts';
import { dialects, type Dialect } from '../../../schema/contracts/dialect.ts';

const cases: readonly [dialect: Dialect, sql: string, normalised: string][] = [
  [
    'generic',
    `select Id, count(*) from shop.orders -- for Jane\n where day >= '2026-01-01' and total > 10.5 /* x */ limit 10;`,
    'SELECT Id, COUNT(*) FROM shop.orders WHERE day >= ? AND total > ? LIMIT ?',
  ],
  ['generic', `where id in (1, 2,3) or id IN ('a')`, 'WHERE id IN (?) OR id IN (?)'],
  ['generic', `where d in (date '2026-01-01', date '2026-01-02')`, 'WHERE d IN (?)'],
  ['generic', `x between -1 and +2 and y = a -1`, 'x BETWEEN ? AND ? AND y = a - ?'],
  ['generic', `insert into t (a, b) values (1, 'x'), (2, 'y'), (3, null)`, 'INSERT INTO t(a, b) VALUES (?)'],
  ['generic', `select date_trunc('day', t1.at) from s3.t1 t1`, 'SELECT DATE_TRUNC(?, t1.at) FROM s3.t1 t1'],
  ['generic', `select f('a', 'b', 1) , x[1]`, 'SELECT f(?, ?, ?), x[?]'],
  [
    'postgres',
    `select 'it''s', E'it\\'s', $$Jane's$$, $q$ $$ $q$, "Order Id"`,
    'SELECT ?, ?, ?, ?, "Order Id"',
  ],
  [
    'postgres',
    `select 'C:\\' , 'x' /* a /* b */ c */ where id = $1 and n = :name::int`,
    'SELECT ?, ? WHERE id = ? AND n = ?::int',
  ],
  ['postgres', `select * from "jane@acme.example"`, 'SELECT * FROM ?'],
  [
    'bigquery',
    `SELECT r'\\d', """a"b""", "x" FROM \`acme-prod-123.shop.events_20260131\` # note\nWHERE p = @day`,
    'SELECT ?, ?, ? FROM `acme-prod-123.shop.events_*` WHERE p = ?',
  ],
  ['bigquery', `select a-1 from acme-prod-123.shop.orders`, 'SELECT a - ? FROM acme-prod-123.shop.orders'],
  [
    'snowflake',
    `select v:address.city::string, 'it\\'s' from @x // note\n, t`,
    'SELECT v:address.city::string, ? FROM ?, t',
  ],
  ['spark', `select "a", 'b\\'c' from \`t\``, 'SELECT ?, ? FROM `t`'],
  ['generic', `select 'it\\'s', 'x'`, 'SELECT ?'],
  ['generic', `where name = 'never closed and d = 12`, 'WHERE name = ?'],
  ['generic', `where mail = jane.doe@acme.example`, 'WHERE mail = ?'],
  ['generic', `select {{ ref('orders') }}, \${day}, %s, 1e-5, 0xFF, .5, 1_000`, 'SELECT ?, ?, ?, ?, ?, ?, ?'],
];

for (const [dialect, sql, normalised] of cases) {
  test(`${dialect}: ${sql.slice(0, 70).replaceAll('\n', ' ')}`, () => {
    assert.equal(normaliseQuery(sql, dialect).sql, normalised);
  });
}

test('runs that differ in literals, comments, case of keywords and length of lists have one fingerprint', () => {
  const one = normaliseQuery(`SELECT a FROM t WHERE b IN (1,2) AND c = 'x'`, 'snowflake');
  const two = normaliseQuery(`select a\nfrom t -- again\nwhere b in (7) and c='it''s';`, 'snowflake');
  const other = normaliseQuery('select a from t where b in (7) and d = 1', 'snowflake');
  assert.equal(one.fingerprint, two.fingerprint);
  assert.notEqual(one.fingerprint, other.fingerprint);
  assert.match(one.fingerprint, /^[0-9a-f]{64}$/);
});

test('normalising what is normal changes nothing', () => {
  for (const [dialect, , normalised] of cases)
    assert.equal(normaliseQuery(normalised, dialect).sql, normalised);
});

test('property: no literal survives, whatever it holds, in any dialect', () => {
  const secret = fc.constantFrom(
    'jane@acme.example',
    'Zebra77',
    '2026-02-03',
    '+49 170 1234567',
    'ünïcode',
    `"q"`,
    '--',
    '/*',
    '$$',
  );
  const quoted = fc.array(secret, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
  const number = fc
    .oneof(fc.integer({ min: 100000 }), fc.double({ min: 1000, noNaN: true, noDefaultInfinity: true }))
    .map(String);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(quoted, number), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...dialects),
      (rows, dialect) => {
        const conditions = rows.map(([text, n], i) => `c${i} = '${text}' and n = ${n}`);
        const { sql } = normaliseQuery(`select a from t where ${conditions.join(' or ')}`, dialect);
        const expected = rows.map((_, i) => `c${i} = ? AND n = ?`).join(' OR ');
        assert.equal(sql, `SELECT a FROM t WHERE ${expected}`);
      },
    ),
    { numRuns: 500 },
  );
});

test('property: any text at all is read to its end without an error and without its strings', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...dialects), (text, dialect) => {
      const { sql } = normaliseQuery(text, dialect);
      assert.doesNotMatch(sql.replace(/`[^`]*`?|"[^"]*"?/g, ''), /(?<![\p{L}\p{N}_$-])\d/u);
    }),
    { numRuns: 1000 },
  );
});
