import assert from 'node:assert/strict';
import test from 'node:test';
import { readAnnotations, readPeople } from '../../../parsers/annotations/read.ts';
import { roleOf } from '../../../parsers/annotations/roles.ts';

test('a bad entry costs a diagnostic, the others hold', () => {
  const { annotations, diagnostics } = readAnnotations(
    'annotations.yml',
    `- table: core.orders
  field: caveat
  text: Test orders are in here until March 2025.
  person: ana
  date: 2026-05-01
  cites: { path: dbt/orders.sql, lines: [3, 9], blob: abc }
- table: core.orders
  field: owner
  value: { owner: growth, source: annotation }
  person: ben
  date: 2026-05-02
- table: core.orders
  field: grain
  value: { keys: one row per order }
  person: ben
  date: 2026-05-02
- table: core.orders
  text: no date
  person: ben
`,
  );
  assert.deepEqual(
    annotations.map((a) => [a.field, a.lines[0], a.cites?.[0]?.path]),
    [
      ['caveat', 1, 'dbt/orders.sql'],
      ['owner', 7, undefined],
    ],
  );
  assert.deepEqual(
    diagnostics.map((d) => [d.code, d.line]),
    [
      ['annotations.invalid', 12],
      ['annotations.invalid', 17],
    ],
  );
});

test('roles: exact names, then patterns, then the form of the account', () => {
  const { people, diagnostics } = readPeople(
    'people.yml',
    `people:
- { user: Ana@acme.example, role: data_scientist, team: growth }
- { user: '*@acme.example', role: analyst }
- { user: x, role: wizard }
`,
  );
  const role = roleOf(people);
  assert.equal(role('ana@acme.example'), 'data_scientist');
  assert.equal(role('ben@acme.example'), 'analyst');
  assert.equal(role('airflow@other.example'), 'service');
  assert.equal(role('who@other.example'), 'unknown');
  assert.equal(diagnostics.length, 1);
});
