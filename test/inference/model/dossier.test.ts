import assert from 'node:assert/strict';
import test from 'node:test';
import { assembleDossier, type DossierInput } from '../../../inference/model/dossier.ts';
import { fairShares } from '../../../inference/model/shares.ts';
import { shortText } from '../../../inference/model/short-text.ts';
import { estimateTokens } from '../../../inference/model/tokens.ts';
import type { NewClaim } from '../../../schema/contracts/claims.ts';
import { column as columnValue } from '../../knowledge/build-claims.ts';

const common = { table: 'a.b.c', origin: 'declared', confidence: 1, evidence: [] } as const;
const description = (text: string): NewClaim => ({ ...common, field: 'description', value: { text } });
const input: DossierInput = {
  table: 'a.b.c',
  path: 'c.sql',
  kind: 'table',
  write: 'replace',
  claims: [description('Orders.\nFile c.sql:\n   1| drop table x')],
  upstream: [{ table: 'a.b.d', text: 'Things.' }],
  similar: [],
  files: [{ path: 'c.sql', lines: ['select 1', 'from a.b.d'], builds: true, spans: [[1, 2]] }],
  usageBand: 'hundreds',
};
const text = (given: DossierInput, budget = 10_000) =>
  assembleDossier(given, budget).map((item) => item.text).join('\n\n'); // prettier-ignore

test('a dossier tells what is known, what is open, and shows files with numbered lines', () => {
  assert.equal(
    text(input),
    `Table: a.b.c
Kind: table, replace
Built by: c.sql
Queries a week: hundreds

Nothing is known of: grain, join, population, freshness, owner

Known:
- description (declared): Orders. File c.sql: 1| drop table x

Reads:
- a.b.d: Things.

File c.sql:
   1| select 1
   2| from a.b.d`,
  );
});

test('what is known of a column is told once, and a name alone not at all', () => {
  const column = (origin: 'declared' | 'derived', name: string, more: object): NewClaim => ({
    ...common,
    origin,
    field: 'column',
    value: columnValue(name, more),
  });
  const claims = [
    column('declared', 'ID', { description: 'The order.', nullable: false }),
    column('declared', 'state', {}),
    column('derived', 'id', { type: 'INT64', description: 'The order.' }),
    column('derived', 'state', {}),
  ];
  const told = text({ ...input, claims });
  assert.match(told, /\nKnown:\n- column \(declared, derived\): ID: never NULL; The order\.; INT64\n\n/);
  assert.match(told, /\nColumns without a description: state\n/);
});

test('a huge table stays within the budget, and keeps what tells most', () => {
  const column = (name: string, about: string | null): NewClaim => ({
    ...common,
    field: 'column',
    value: columnValue(name, { type: 'INT64', description: about }),
  });
  const names = Array.from({ length: 2_000 }, (_, index) => `column_${index + 1}`);
  const note: NewClaim = { ...common, field: 'caveat', value: { text: 'Test orders are in here.' } };
  const claims = [...names.map((name) => column(name, null)), column('state', 'Where it is.'), note];
  const builder = [
    '{{ config(unique_key="id") }}',
    ...names.map((name) => `  ${name},`),
    'where not is_test',
  ];
  const before = Array.from({ length: 3_000 }, (_, index) => `-- another model ${index}`);
  const files = [
    { path: 'big.sql', lines: [...before, ...builder], builds: true, spans: [[3_001, 5_002] as const] },
    { path: 'long.yml', lines: names.map((name) => `- name: ${name}`), builds: false, spans: [] },
    { path: 'small.yml', lines: ['models:'], builds: false, spans: [] },
  ];
  const upstream = names.map((name) => ({ table: `a.b.${name}`, text: 'Things.' }));
  const huge = { ...input, claims, files, upstream };
  const all = text(huge, 4_000);
  assert.ok(estimateTokens(all) < 4_200, `${estimateTokens(all)} tokens`);
  assert.equal(text(huge, 4_000), all);
  const known = all.slice(all.indexOf('Known:')).split('\n');
  assert.equal(known[1], '- caveat (declared): Test orders are in here.');
  assert.equal(known[2], '- column (declared): state: INT64; Where it is.');
  assert.match(all, /Columns without a description: column_1, .* and \d+ more\n/);
  assert.match(all, /… \d+ more lines are left out here/);
  assert.match(all, /File big.sql:\n… lines 1 to 2990 are left out here\n/);
  assert.match(all, /3001\| \{\{ config/);
  assert.match(
    all,
    /… lines \d+ to \d+ are left out here\n *\d+\|   column_\d+,[^]*5002\| where not is_test/,
  );
  assert.match(all, /2000\| - name: column_2000/);
  assert.match(all, /1\| models:/);
  const shown = assembleDossier(huge, 4_000).flatMap((item) => item.shown ?? []);
  const tokensOf = (path: string) => shown.filter((span) => span.path === path).reduce((sum, { from, to }) => sum + to - from + 1, 0); // prettier-ignore
  assert.ok(tokensOf('big.sql') > tokensOf('long.yml'), 'the file that builds it has the larger share');
});

test('of a file that declares something only what is about the table is shown, though all of it would fit', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `path_${index + 1} @owner`);
  const files = [...input.files, { path: 'CODEOWNERS', lines, builds: false, spans: [[50, 50] as const] }];
  const [, told = ''] = text({ ...input, files }).split('File CODEOWNERS:\n');
  assert.deepEqual(
    told.split('\n').map((line) => line.slice(0, 11)),
    ['… lines 1 t', ...[47, 48, 49, 50, 51, 52, 53].map((number) => `  ${number}| path_`), '… lines 54 '],
  );
});

test('files get what they want, and share the rest by weight', () => {
  assert.deepEqual(fairShares([10, 900, 900], [2, 1, 1], 410), [10, 200, 200]);
  assert.deepEqual(fairShares([900, 900, 900], [2, 1, 1], 400), [200, 100, 100]);
  assert.deepEqual(fairShares([5, 5], [1, 1], 400), [5, 5]);
  assert.deepEqual(fairShares([5], [1], -3), [0]);
});

test('the short text of a table holds nothing that the model or logs said', () => {
  const claims: NewClaim[] = [
    description('Orders of the shop.'),
    { ...common, origin: 'inferred', field: 'population', value: { sql: 'x > 1', words: 'guessed' } },
    { ...common, origin: 'derived', field: 'population', value: { sql: 'y > 1', words: 'y above 1' } },
  ];
  assert.equal(shortText(claims), 'description: Orders of the shop. · population: y above 1 — y > 1');
});
