import assert from 'node:assert/strict';
import test from 'node:test';
import { assembleDossier, type DossierInput } from '../../../inference/model/dossier.ts';
import { shortText } from '../../../inference/model/short-text.ts';
import { estimateTokens } from '../../../inference/model/tokens.ts';
import type { NewClaim } from '../../../schema/contracts/claims.ts';

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
  files: [{ path: 'c.sql', lines: ['select 1', 'from a.b.d'], spans: [[1, 2]] }],
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

test('a huge table stays within the budget, and shows what is nearest to it', () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `  column_${index + 1},`);
  const claims = Array.from({ length: 5_000 }, (_, index) => description(`Claim number ${index}.`));
  const files = [
    { path: 'big.sql', lines, spans: [[15_000, 15_050] as const] },
    { path: 'small.yml', lines: ['models:'], spans: [] },
  ];
  const huge = { ...input, claims, files };
  const all = text(huge, 4_000);
  assert.ok(estimateTokens(all) < 4_200, `${estimateTokens(all)} tokens`);
  assert.match(all, /15000\| {3}column_15000,/);
  assert.match(all, /more lines are left out here/);
  assert.match(all, /1\| models:/);
  assert.equal(text(huge, 4_000), all);
});

test('the short text of a table holds nothing that the model or logs said', () => {
  const claims: NewClaim[] = [
    description('Orders of the shop.'),
    { ...common, origin: 'inferred', field: 'population', value: { sql: 'x > 1', words: 'guessed' } },
    { ...common, origin: 'derived', field: 'population', value: { sql: 'y > 1', words: 'y above 1' } },
  ];
  assert.equal(shortText(claims), 'description: Orders of the shop. · population: y above 1 — y > 1');
});
