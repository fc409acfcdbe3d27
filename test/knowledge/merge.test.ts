import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { mergeCard, mergeClaims } from '../../knowledge/merge.ts';
import { mergeRules } from '../../knowledge/merge-rules.ts';
import { cardSchema } from '../../schema/contracts/card.ts';
import { claimFields, type Claim } from '../../schema/contracts/claims.ts';
import { claim, column, grain, input, key, person } from './build-claims.ts';

const merge = (...claims: Claim[]) => mergeCard(input(claims));

test('there is one rule for every field', () => {
  assert.deepEqual(mergeRules.map(({ field }) => field).sort(), [...claimFields].sort());
});

test('no claims give an empty card that names what is not known', () => {
  const card = mergeCard(input([]));
  assert.deepEqual(cardSchema.parse(card), card);
  assert.equal(card.grain, null);
  assert.ok(card.unknown.includes('grain') && card.unknown.includes('owner'));
  assert.ok(!card.unknown.includes('kind') && !card.unknown.includes('caveat'));
});

test("a person's word stands before declared, derived and inferred text, the newest first", () => {
  const old = claim('description', 'declared', { text: 'All orders' }, person('ana', '2026-01-01'));
  const note = claim('description', 'declared', { text: 'Paid orders' }, person('bo', '2026-03-01'));
  const yaml = claim('description', 'declared', { text: 'Orders' });
  const model = claim('description', 'inferred', { text: 'Orders of the shop' });
  const { card, superseded } = mergeClaims(input([model, yaml, old, note]));
  assert.equal(card.description?.value, 'Paid orders');
  assert.equal(card.description?.from.person, 'bo');
  assert.deepEqual(superseded, new Set([old.id, yaml.id, model.id]));
  assert.deepEqual(card.conflicts.map(({ lost }) => lost.claim).sort(), [old.id, yaml.id].sort());
});

test("a person's note whose code changed is marked, keeps its place before the code, and gives way to a fresh note", () => {
  const stale = claim(
    'owner',
    'declared',
    { owner: 'ana', source: 'annotation' },
    person('ana', '2026-03-01'),
  );
  const code = claim('owner', 'declared', { owner: 'finance', source: 'meta' });
  const alone = mergeCard(input([stale, code], { stale: new Set([stale.id]) }));
  assert.equal(alone.owner?.value.owner, 'ana');
  assert.match(alone.stale[0]?.words ?? '', /ana’s note of 2026-03-01 on owner/);
  const fresh = claim('owner', 'declared', { owner: 'bo', source: 'annotation' }, person('bo', '2026-02-01'));
  const both = mergeCard(input([stale, code, fresh], { stale: new Set([stale.id]) }));
  assert.equal(both.owner?.value.owner, 'bo');
});

test('a column tells whose words its description is, where they are another’s', () => {
  const code = claim('column', 'derived', column('id', { position: 0 }));
  const model = claim('column', 'inferred', { ...column('id'), description: 'Number of the order.' });
  const [found] = merge(code, model).columns;
  assert.deepEqual([found?.origin, found?.described], ['derived', 'inferred']);
  assert.equal(merge(model).columns[0]?.described, undefined);
});

test('a look-alike tells who says when to take which, where another says so than finds it', () => {
  const alike = { table: 'shop.marts.sales', likeness: 0.8, differences: ['keeps refunds'], rule: null };
  const code = claim('similar', 'derived', alike);
  const model = claim('similar', 'inferred', { ...alike, likeness: 0, differences: ['old'], rule: 'Take sales.' }); // prettier-ignore
  assert.deepEqual(merge(code, model).similar, [{ ...alike, rule: 'Take sales.', origin: 'derived', ruled: 'inferred' }]); // prettier-ignore
  assert.deepEqual(merge(model).similar, [{ ...model.value, origin: 'inferred' }]);
});

test("grain: a model's time grain goes with its key, and is not told of another", () => {
  const tested = claim('grain', 'declared', grain([key(['id'], 'tested')]));
  const said = (columns: string[]) => claim('grain', 'inferred', { ...grain([key(columns, 'assumed')]), time_grain: 'day' as const }); // prettier-ignore
  assert.equal(merge(tested, said(['id', 'day'])).grain?.value.time_grain, null);
  assert.equal(merge(tested, said(['id'])).grain?.value.time_grain, 'day');
});

test('grain: the tested key leads, a narrower proved one stands beside it without conflict', () => {
  const card = merge(
    claim('grain', 'derived', grain([key(['order_id'], 'proved')])),
    claim('grain', 'declared', grain([key(['order_id', 'day'], 'tested')])),
  );
  assert.deepEqual(
    card.grain?.value.keys.map(({ columns, basis }) => [columns.join(), basis]),
    [
      ['order_id,day', 'tested'],
      ['order_id', 'proved'],
    ],
  );
  assert.equal(card.grain?.value.phrase, 'one row per order_id per day');
  assert.deepEqual(card.conflicts, []);
});

test('grain: words of what a key is made of stand before words of its name', () => {
  const said = (basis: 'tested' | 'proved', phrase: string) => ({
    ...grain([key(['order_pk'], basis)]),
    phrase,
  });
  const declared = claim('grain', 'declared', said('tested', 'one row per order'));
  const derived = claim('grain', 'derived', said('proved', 'one row per shop per number'));
  assert.equal(merge(declared, derived).grain?.value.phrase, 'one row per shop per number');
  assert.equal(merge(declared).grain?.value.phrase, 'one row per order');
});

test('grain: a configured key of the table stands before a proved one that holds only within a partition', () => {
  const card = merge(
    claim('grain', 'derived', grain([key(['a', 'b', 'c', 'd', 'e'], 'proved', { scope: 'partition' })])),
    claim('grain', 'declared', grain([key(['id'], 'config')])),
  );
  assert.deepEqual(card.grain?.value.keys[0]?.columns, ['id']);
  const alone = claim(
    'grain',
    'derived',
    grain([key(['a', 'b'], 'proved', { scope: 'partition' })], { phrase: '' }),
  );
  assert.equal(merge(alone).grain?.value.phrase, 'one row per a, b within a partition');
});

test('columns: what is documented and not made leaves the card as a conflict, where the code names all', () => {
  const claims = [
    claim('column', 'derived', column('order_id', { position: 0 })),
    claim('column', 'derived', column('address', { position: 1 })),
    claim('column', 'declared', column('ORDER_ID', { description: 'The order.' })),
    claim('column', 'declared', column('address.city')),
    claim('column', 'declared', column('user_name', { description: 'Dropped long ago.' })),
    claim('column', 'declared', column('note'), person('Ines', '2026-01-01')),
  ];
  const card = mergeCard(input(claims, { allColumns: true }));
  assert.deepEqual(
    card.columns.map((each) => each.column),
    ['ORDER_ID', 'address', 'address.city', 'note'],
  );
  assert.deepEqual(
    card.conflicts.map(({ subject }) => subject),
    ['user_name'],
  );
  assert.equal(mergeCard(input(claims)).columns.length, 5);
});

test('grain: equal column sets are one key, wider ones on worse grounds say nothing, three are kept', () => {
  const card = merge(
    claim('grain', 'declared', grain([key(['A', 'b'], 'tested')])),
    claim(
      'grain',
      'derived',
      grain([
        key(['b', 'a'], 'proved', { nulls: 'none' }),
        key(['c'], 'proved'),
        key(['a', 'b', 'd'], 'proved'),
      ]),
    ),
    claim('grain', 'derived', grain([key(['e'], 'assumed'), key(['f'], 'assumed')]), { confidence: 0.5 }),
  );
  assert.deepEqual(
    card.grain?.value.keys.map(({ columns, nulls }) => [columns.join(), nulls]),
    [
      ['A,b', 'none'],
      ['c', 'unknown'],
    ],
    'keys that are only assumed do not follow from the tested one and give way',
  );
  assert.deepEqual(card.conflicts, []);
});

test('grain: a tested key beside code that can make duplicates is unique, and a conflict', () => {
  const derived = claim('grain', 'derived', grain([], { status: 'duplicates_possible' }), {
    steps: [{ text: 'joins payments, which has several rows for one order' }],
  });
  const tested = claim('grain', 'declared', grain([key(['order_id'], 'tested')]));
  const { card, superseded } = mergeClaims(input([derived, tested]));
  assert.equal(card.grain?.value.status, 'unique');
  assert.match(card.conflicts[0]?.words ?? '', /joins payments/);
  assert.ok(superseded.has(derived.id));
});

test('grain: a configured key does not outweigh code that can make duplicates; a guessed one is left out', () => {
  const card = merge(
    claim('grain', 'derived', grain([], { status: 'duplicates_possible' })),
    claim('grain', 'declared', grain([key(['order_id'], 'config')])),
    claim('grain', 'inferred', grain([key(['line_id'], 'assumed')])),
  );
  assert.equal(card.grain?.value.status, 'duplicates_possible');
  assert.deepEqual(
    card.grain?.value.keys.map(({ columns }) => columns),
    [['order_id']],
  );
  assert.equal(card.conflicts.length, 2);
});

test("grain: a model's key that does not follow from the tested one gives way", () => {
  const model = claim('grain', 'inferred', grain([key(['user_id'], 'assumed')]));
  const { card, superseded } = mergeClaims(
    input([model, claim('grain', 'declared', grain([key(['user_id', 'day'], 'tested')]))]),
  );
  assert.deepEqual(
    card.grain?.value.keys.map(({ columns }) => columns),
    [['user_id', 'day']],
  );
  assert.ok(superseded.has(model.id));
  assert.equal(card.conflicts.length, 1);
});

test("grain: a person's narrower key leads, the proved one stands beside it as a conflict, an older note gives way", () => {
  const card = merge(
    claim('grain', 'derived', grain([key(['carrier', 'day'], 'proved')])),
    claim('grain', 'declared', grain([key(['carrier'], 'observed')]), person('omar', '2026-10-08')),
    claim('grain', 'declared', grain([key(['day'], 'observed')]), person('noa', '2026-10-01')),
  );
  assert.deepEqual(
    card.grain?.value.keys.map(({ columns }) => columns.join()),
    ['carrier', 'carrier,day'],
  );
  assert.equal(card.grain?.from.person, 'omar');
  assert.deepEqual(card.conflicts.map(({ subject }) => subject).sort(), ['carrier, day', 'day']);
});

test('grain: a note that agrees with the test is one key, on the better grounds', () => {
  const card = merge(
    claim('grain', 'declared', grain([key(['customer_id'], 'tested')])),
    claim(
      'grain',
      'declared',
      grain([key(['customer_id'], 'observed')], { phrase: 'one row per customer with an order' }),
      person('yuki', '2026-10-12'),
    ),
  );
  assert.deepEqual(
    card.grain?.value.keys.map(({ basis }) => basis),
    ['tested'],
  );
  assert.equal(card.grain?.value.phrase, 'one row per customer with an order');
  assert.deepEqual(card.conflicts, []);
});

test('columns: every property from the most trusted claim that knows it, in the order of the warehouse', () => {
  const card = merge(
    claim('column', 'declared', column('order_id', { description: 'The order', position: 1 })),
    claim('column', 'observed', column('ORDER_ID', { type: 'NUMBER', position: 0 })),
    claim('column', 'derived', column('day', { type: 'date', position: 1 })),
    claim('column', 'inferred', column('day', { type: 'integer', description: 'Day of the order' })),
  );
  assert.deepEqual(
    card.columns.map(({ column: name, type, description, origin }) => [name, type, description, origin]),
    [
      ['order_id', 'NUMBER', 'The order', 'declared'],
      ['day', 'date', 'Day of the order', 'derived'],
    ],
  );
});

test('columns: what a model says of NULL contradicts code that leaves none', () => {
  const model = claim('column', 'inferred', column('paid', { null_meaning: 'not known' }));
  const code = claim('column', 'derived', column('paid', { type: 'boolean', nullable: false }));
  const card = merge(model, code);
  assert.equal(card.columns[0]?.null_meaning, undefined);
  assert.deepEqual(card.conflicts.map(({ field, words }) => [field, words]), [['column', 'never NULL by its code, not "not known" where it is NULL']]); // prettier-ignore
  assert.equal(merge(model).columns[0]?.null_meaning, 'not known');
});

test('columns: unit, NULL and the like come each from the most trusted claim that says it', () => {
  const said = { description: 'What was paid.', unit: 'dollars', null_meaning: 'not paid yet' };
  const card = merge(
    claim('column', 'inferred', column('amount', said)),
    claim('column', 'declared', column('amount', { unit: 'cents' }), person('ana', '2026-03-01')),
    claim('column', 'derived', column('id', { type: 'bigint' })),
  );
  const [amount, id] = ['amount', 'id'].map((name) => card.columns.find(({ column: one }) => one === name));
  assert.deepEqual(
    [amount?.description, amount?.unit, amount?.null_meaning],
    ['What was paid.', 'cents', 'not paid yet'],
  );
  assert.ok(id && !('unit' in id) && !('currency' in (amount ?? {})));
});

test('fields of a struct stand behind their column', () => {
  const at = (name: string, position: number | null) =>
    claim('column', 'derived', column(name, { position }));
  const card = merge(at('b', 1), at('a.y', 1), at('a', 0), at('a.x', 7), at('c', null));
  assert.deepEqual(
    card.columns.map(({ column: name }) => name),
    ['a', 'a.y', 'a.x', 'b', 'c'],
  );
});

test('upstream is the union with the origins of every edge', () => {
  const card = merge(
    claim('upstream', 'derived', { table: 'b', kind: 'reads' }),
    claim('upstream', 'declared', { table: 'b', kind: 'orders_after' }),
    claim('upstream', 'inferred', { table: 'a' }),
  );
  assert.deepEqual(card.upstream, [
    { table: 'a', kind: 'reads', origins: ['inferred'] },
    { table: 'b', kind: 'reads', origins: ['declared', 'derived'] },
  ]);
});

test('joins: a relationship test says that it exists, the derived claim how many rows it finds', () => {
  const join = {
    columns: ['customer_id'],
    to: 'dim',
    to_path: null,
    to_columns: ['id'],
    cardinality: 'unknown' as const,
  };
  const card = merge(
    claim('join', 'declared', join),
    claim('join', 'derived', { ...join, cardinality: 'n:1' }),
    claim('join', 'inferred', { ...join, cardinality: '1:1' }),
  );
  assert.equal(card.joins.length, 1);
  assert.equal(card.joins[0]?.value.cardinality, 'n:1');
  assert.equal(card.joins[0]?.from.origin, 'declared');
  assert.equal(card.conflicts.length, 1);
});

test('owners of one source own together; the nearest source wins, and a note before all', () => {
  const owner = (name: string, source: 'meta' | 'codeowners') =>
    claim('owner', 'declared', { owner: name, source });
  const together = merge(owner('bo', 'meta'), owner('ana', 'meta'), owner('platform', 'codeowners'));
  assert.equal(together.owner?.value.owner, 'ana, bo');
  assert.deepEqual(together.conflicts, []);
  const note = claim('owner', 'declared', { owner: 'cy', source: 'annotation' }, person('cy', '2026-01-01'));
  const card = merge(note, owner('bo', 'meta'), owner('platform', 'codeowners'));
  assert.equal(card.owner?.value.owner, 'cy');
  assert.equal(card.conflicts.length, 1);
});

test('use is counted from logs only', () => {
  const said = claim('usage', 'inferred', { band: 'thousands', trend: 'rising' });
  const { card, superseded } = mergeClaims(input([said]));
  assert.equal(card.usage, null);
  assert.ok(superseded.has(said.id) && card.unknown.includes('usage'));
});

test('property: claims in any order, with doubles, give the same card', () => {
  const bases = ['tested', 'config', 'proved', 'assumed', 'observed'] as const;
  const origin = fc.constantFrom(
    'declared' as const,
    'derived' as const,
    'observed' as const,
    'inferred' as const,
  );
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
  const who = fc.option(fc.tuple(fc.constantFrom('ana', 'bo'), fc.constantFrom('2026-01-01', '2026-02-02')), {
    nil: null,
  });
  const grainClaim = fc
    .tuple(origin, fc.array(fc.tuple(names, fc.constantFrom(...bases)), { maxLength: 3 }), fc.boolean(), who)
    .map(([from, keys, doubt, by]) =>
      claim(
        'grain',
        from,
        grain(
          keys.map(([columns, basis]) => key(columns, basis)),
          doubt ? { status: 'duplicates_possible' } : {},
        ),
        by ? person(...by) : {},
      ),
    );
  const columnClaim = fc
    .tuple(
      origin,
      fc.constantFrom('a', 'A', 'b'),
      fc.option(fc.nat(3)),
      fc.option(fc.constantFrom('int', 'text')),
    )
    .map(([from, name, position, type]) => claim('column', from, column(name, { position, type })));
  const text = fc
    .tuple(origin, fc.constantFrom('x', 'y', 'z'), who)
    .map(([from, words, by]) => claim('description', from, { text: words }, by ? person(...by) : {}));
  const owner = fc
    .tuple(fc.constantFrom('x', 'y'), fc.constantFrom('meta' as const, 'dag' as const, 'codeowners' as const))
    .map(([name, source]) => claim('owner', 'declared', { owner: name, source }));
  const upstream = fc
    .tuple(origin, fc.constantFrom('s', 't'), fc.constantFrom('reads' as const, 'orders_after' as const))
    .map(([from, name, kind]) => claim('upstream', from, { table: name, kind }));
  const claims = fc.array(fc.oneof(grainClaim, columnClaim, text, owner, upstream), { maxLength: 12 });
  const shuffled = claims.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
      fc.subarray(list),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([list, mixed, stale]) => {
      const more = { stale: new Set(stale.map(({ id }) => id)) };
      const card = mergeCard(input(list, more));
      assert.deepEqual(mergeCard(input(mixed, more)), card);
      assert.deepEqual(cardSchema.parse(card), card);
    }),
    { numRuns: 300 },
  );
});
