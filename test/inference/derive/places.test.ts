import assert from 'node:assert/strict';
import test from 'node:test';
import { derivedClaims } from '../../../activities/derive-claims.ts';
import { evidenceAt } from '../../../activities/line-evidence.ts';
import { deriveTable, type DerivedTable } from '../../../inference/derive/derive.ts';
import { rankJoins } from '../../../inference/derive/rank-joins.ts';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import type { LinkOutput } from '../../../schema/contracts/stages.ts';

await initSqlReader();

interface Derived {
  readonly link: LinkOutput;
  readonly derived: DerivedTable;
}

/** The table `built`, of statements in `first.sql` and others in `second.sql`. */
function built(first: string, second: string): Derived {
  const builds = Object.entries({ 'first.sql': first, 'second.sql': second }).flatMap(([path, sql]) =>
    readSql(sql, { dialect: 'snowflake' }).flatMap(({ build }) => (build ? [{ ...build, path }] : [])),
  );
  const links = builds.map(({ path }) => ({ facts: path, path, blob: `blob of ${path}`, builds: [0] }));
  const derived = deriveTable({
    table: 'built',
    path: 'first.sql',
    builds,
    resolve: (ref) => ref.parts.join('.').toLowerCase(),
    upstream: (table) => ({
      columns: ['id', 'kind'].map((name) => ({ name, type: null, nullable: null, values: null })),
      complete: true,
      keys: table === 'people' ? [{ columns: ['id'], basis: 'tested', rests_on: [], weak: false }] : [],
      determines: [],
      population: [],
    }),
  });
  return { derived, link: { builds: links } as unknown as LinkOutput };
}

const secondLine = (line: number) => [
  { kind: 'code', path: 'second.sql', lines: [line, line], blob: 'blob of second.sql' },
];

test('a join in a later file of a table is cited there, and so is a name that nobody knows', () => {
  const { derived, link } = built(
    'create table built as\nselect id, kind from visits',
    'insert into built\n\nselect visits.id, visits.kind\nfrom visits\njoin people on people.id = visits.id\nwhere ghost.x > 2',
  );
  const found = derived.joins.map((observation) => ({ observation, builder: 'built' }));
  const [join] = rankJoins(found, () => null, () => []).get('people') ?? []; // prettier-ignore
  assert.deepEqual(evidenceAt(link, join?.first.place ?? null), secondLine(5));
  assert.deepEqual(derived.diagnostics.map(({ path, line }) => [path, line]), [['second.sql', 6]]); // prettier-ignore
});

test('a condition and the steps of a key are cited in the file that fills the table', () => {
  const { derived, link } = built(
    'create table built (id int, visits int)',
    '\ninsert into built\nselect id, count(*) from visits\nwhere kind = 1\ngroup by id',
  );
  const claims = derivedClaims('built', link, [], derived);
  const population = claims.filter(({ field }) => field === 'population');
  assert.deepEqual(population.map(({ evidence }) => evidence), [secondLine(4)]); // prettier-ignore
  const steps = [...derived.steps.grain, ...derived.steps.population].filter(
    ({ line }) => line !== undefined,
  );
  assert.deepEqual([...new Set(steps.map(({ path }) => path))], ['second.sql']);
  assert.ok(
    steps.every(({ line = 0 }) => line >= 2 && line <= 5),
    JSON.stringify(steps),
  );
});
