/**
 * A case is a `.sql` file as for the derivation, with
 *   -- tested: a, b                     a tested key of the table itself
 *   -- finding: kind severity line      one that is told; `-- none`: nothing is
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { declaredFindings, type DeclaredTable } from '../../../inference/findings/declared.ts';
import { examine } from '../../../inference/findings/examine.ts';
import { downstreamCounts, importanceOf } from '../../../inference/findings/importance.ts';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import { caseInput, directivesOf } from '../derive/case.ts';

const folder = new URL('../../fixtures/findings/', import.meta.url);

await initSqlReader();

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort())
  test(`findings: ${file.replace(/\.sql$/, '')}`, () => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const directives = directivesOf(text);
    const of = (name: string): string[] =>
      directives.filter((directive) => directive.name === name).map((directive) => directive.text);
    const testedKeys = of('tested').map((columns) => ({
      columns: columns.split(',').map((column) => column.trim()),
      because: 'unique test of built (models/built.yml:3)',
      by: 'test' as const,
      basis: 'tested' as const,
    }));
    assert.ok(of('finding').length > 0 || of('none').length > 0, 'a case expects something');
    const found = examine(caseInput(text, directives), { testedKeys });
    assert.deepEqual(
      found.map(({ kind, severity, at }) => `${kind} ${severity} ${at?.line ?? ''}`),
      of('finding'),
    );
  });

const declared = (table: string, more: Partial<DeclaredTable>): DeclaredTable => ({
  table,
  link: { builds: [], kind: 'external', declaredAt: { words: 'kind', path: 'dbt/models/src.yml', line: 4 } },
  readers: [],
  used: false,
  ...more,
});
const reader = { table: 'stg', path: 'dbt/models/stg.sql' };
const undeclared = { link: { builds: [], kind: 'external' } };

test('a declared source that nobody reads is told, one that an exposure reads is not', () => {
  const found = declaredFindings([
    declared('raw.a', {}),
    declared('raw.b', { used: true }),
    declared('raw.c', { readers: [reader] }),
  ]);
  assert.deepEqual(
    found.map(({ kind, table, at }) => [kind, table, at?.line]),
    [['source_unused', 'raw.a', 4]],
  );
});

test('tests that are switched off are told once a table', () => {
  const off = ['unique of id', 'not_null of id', 'unique of day', 'accepted_values of status'];
  const disabledTests = off.map((words, i) => ({ words, path: 'models/a.yml', line: 7 + i }));
  const found = declaredFindings([
    declared('marts.a', { readers: [reader], link: { builds: [], kind: 'external', disabledTests } }),
  ]);
  const [one] = found.filter(({ kind }) => kind === 'test_disabled');
  assert.deepEqual(one?.at, { path: 'models/a.yml', line: 7 });
  assert.match(
    one.what,
    /^4 tests are switched off.*: unique of id, not_null of id, unique of day and 1 more$/,
  );
});

test('a table read but not declared is told where the code declares what it reads', () => {
  const told = declaredFindings([
    declared('raw.a', { readers: [reader] }),
    declared('raw.b', { readers: [reader], ...undeclared }),
  ]);
  assert.deepEqual(
    told.map(({ kind, table }) => [kind, table]),
    [['source_undeclared', 'raw.b']],
  );
  const other = { table: 'x', path: 'sql/jobs/x.sql' };
  assert.deepEqual(declaredFindings([declared('raw.c', { readers: [other], ...undeclared })]), []);
});

test('what many tables rest on comes first', () => {
  const count = downstreamCounts([
    { table: 'b', upstream: 'a' },
    { table: 'c', upstream: 'b' },
    { table: 'a', upstream: 'c' },
  ]);
  assert.equal(count('a'), 2);
  const one = { severity: 'medium', confidence: 0.5 } as const;
  assert.ok(
    importanceOf(one, { downstream: 9, queries: 0 }) > importanceOf(one, { downstream: 1, queries: 0 }),
  );
});
