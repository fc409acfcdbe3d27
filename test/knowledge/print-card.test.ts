import assert from 'node:assert/strict';
import test from 'node:test';
import { claimLines } from '../../knowledge/claim-lines.ts';
import { mergeCard, mergeClaims } from '../../knowledge/merge.ts';
import { printCard } from '../../knowledge/print-card.ts';
import { renderCard } from '../../knowledge/render-card.ts';
import { claimLineSchema } from '../../schema/contracts/claims.ts';
import { claim, column, grain, input, key, person } from './build-claims.ts';

const claims = [
  claim('description', 'declared', { text: 'Orders that were paid.\n\u001b[2J\u001b[31mred' }),
  claim('grain', 'declared', grain([key(['order_id'], 'tested', { nulls: 'none' })])),
  claim('population', 'derived', { sql: 'is_test = false', words: 'without test orders' }),
  claim('caveat', 'declared', { text: 'Refunds arrive a week late.' }, person('ana', '2026-03-01')),
  claim('column', 'derived', column('order_id', { position: 0, type: 'bigint', description: 'The order.' })),
  claim('column', 'derived', column('status', { position: 1, values: ['paid', 'sent'] })),
  claim('owner', 'declared', { owner: 'finance', source: 'meta' }),
  claim('similar', 'derived', {
    table: 'shop.staging.stg_orders',
    likeness: 0.8,
    differences: ['keeps test orders'],
    rule: null,
  }),
];
const usage = {
  band: 'hundreds',
  trend: 'rising',
  queriesLast28Days: 431,
  usersLast28Days: 7,
  lastUsed: '2026-03-30',
};
const card = mergeCard(input(claims, { usage, downstream: ['shop.marts.kpi'] }));

test('one person is no people', () => {
  const alone = mergeCard(input(claims, { usage: { ...usage, usersLast28Days: 1 } }));
  assert.match(printCard(alone), /431 by 1 person in 28 days/);
});

test('the printed card leads with what the table is and what one row stands for', () => {
  assert.equal(
    printCard(card, { width: 80 }),
    `shop.marts.fct_orders  incremental, merge
─────────────────────────────────────────
built by      models/fct_orders.sql

what          Orders that were paid. red  · declared
one row is    per order_id
key           order_id  · tested
rows          without test orders — is_test = false  · derived

caution       Refunds arrive a week late.  · person: ana
looks like    shop.staging.stg_orders — keeps test orders

columns       order_id  bigint  The order.
              status            [paid, sent]

into          shop.marts.kpi

owner         finance  · meta
use           hundreds of queries a week, rising; 431 by 7 people in 28 days,
              last on 2026-03-30

not known     purpose, join, upstream, column lineage, freshness
`,
  );
});

test('units, sentinels and NULL stand with their column, on the page and in the text that is searched', () => {
  const notes = {
    unit: 'cents',
    currency: 'EUR',
    null_meaning: 'not paid yet',
    sentinels: [{ value: '-1', meaning: 'a gift' }],
  };
  const amount = claim('column', 'inferred', column('amount', { description: 'What was paid.', ...notes }));
  const noted = mergeCard(input([...claims, amount]));
  const words = 'What was paid. Unit: cents. Currency: EUR. NULL: not paid yet. Sentinels: -1: a gift.';
  assert.ok(printCard(noted, { width: 200 }).includes(words));
  assert.ok(renderCard(noted).includes(`amount: ${words}`));
});

test('what a model says of a column or a look-alike is marked as a model’s, and values are told once', () => {
  const explained = [{ value: 'paid', meaning: 'the money is there' }];
  const alike = { table: 'shop.staging.stg_orders', likeness: 0, differences: [], rule: 'Take it for tests.' }; // prettier-ignore
  const model = [
    claim('column', 'inferred', column('order_id', { description: 'A number.', null_meaning: 'never' })),
    claim('column', 'inferred', column('status', { description: 'How far it is.', values: ['paid'], value_meanings: explained })), // prettier-ignore
    claim('similar', 'inferred', alike),
  ];
  const page = printCard(mergeCard(input([...claims, ...model])), { width: 160 });
  assert.match(page, /order_id +bigint +The order\. NULL: never\. {2}· notes: model\n/);
  assert.match(page, /status +How far it is\. Values: paid: the money is there; sent\. {2}· description, notes: model\n/); // prettier-ignore
  assert.match(page, /stg_orders — keeps test orders — Take it for tests\. {2}· rule: model\n/);
});

test('evidence and colour come only when asked for', () => {
  const evidence = new Map(claims.map((one) => [one.id, one.evidence]));
  const page = printCard(card, { evidenceOf: (id) => evidence.get(id) ?? [], width: 120 });
  assert.match(page, /without test orders.*· derived · models\/fct_orders\.sql:1-9/);
  assert.doesNotMatch(page, /\u001b/);
  assert.match(printCard(card, { colour: true }), /\u001b\[1mshop\.marts\.fct_orders/);
});

test('the embedded text names what identifies the table first and nothing that changes by night', () => {
  const text = renderCard(card);
  assert.match(text, /^fact orders — shop\.marts\.fct_orders \(incremental, merge\)\nOrders that were paid/);
  assert.match(
    text,
    /\nGrain: one row per order_id; key order_id\nRows: without test orders \(is_test = false\)\n/,
  );
  assert.match(text, /\nUse: hundreds of queries a week, rising$/);
  const later = { ...usage, queriesLast28Days: 460, usersLast28Days: 9, lastUsed: '2026-03-31' };
  assert.equal(renderCard({ ...card, usage: later, queries: ['f'], downstreamCount: 9 }), text);
  const seen = claim('join', 'observed', {
    columns: ['a'],
    to: 't',
    to_path: null,
    to_columns: ['a'],
    cardinality: 'unknown',
  });
  assert.equal(renderCard(mergeCard(input([...claims, seen], { usage }))), text);
  assert.doesNotMatch(text, /431|2026/);
});

test('the embedded text of a very wide table stays within its bounds and still names its joins', () => {
  const wide = mergeCard(
    input([
      ...Array.from({ length: 1500 }, (_, i) =>
        claim(
          'column',
          'derived',
          column(`column_${i}`, { position: i, description: 'Some words about it. '.repeat(9) }),
        ),
      ),
      claim('join', 'derived', {
        columns: ['a'],
        to: 'dim',
        to_path: null,
        to_columns: ['a'],
        cardinality: 'n:1',
      }),
    ]),
  );
  assert.ok(renderCard(wide).length <= 6000);
  assert.match(renderCard(wide), /Joins: dim on a \(n:1\)/);
  assert.match(printCard(wide), /and 1460 more/);
});

test('claim lines keep to the contract and say what was superseded', () => {
  const model = claim('description', 'inferred', { text: 'Something else' });
  const { superseded } = mergeClaims(input([...claims, model]));
  const lines = claimLines({
    path: 'models/fct_orders.sql',
    claims: [...claims, model],
    superseded,
    commit: 'c0ffee',
  });
  for (const line of lines) assert.deepEqual(claimLineSchema.parse(line), line);
  assert.deepEqual(
    lines.filter((line) => line.superseded).map(({ origin }) => origin),
    ['inferred'],
  );
  assert.deepEqual(lines.find(({ field }) => field === 'grain')?.evidence, [
    { path: 'models/fct_orders.sql', lines: [1, 9], commit: 'c0ffee' },
  ]);
});
