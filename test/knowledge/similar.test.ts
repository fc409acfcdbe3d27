import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { eachSimilar, type TableShape } from '../../knowledge/similar.ts';

const shape = (table: string, more: Partial<TableShape> = {}): TableShape => ({
  table,
  upstream: ['raw.events'],
  columns: ['user_id', 'day', 'visits'],
  key: ['user_id', 'day'],
  timeGrain: 'day',
  population: [],
  window: null,
  ...more,
});

/** Tables that are like no other are absent. */
const similarTables = (...compared: Parameters<typeof eachSimilar>) =>
  new Map([...eachSimilar(...compared)].filter(([, alike]) => alike.length > 0));

const loggedIn = { sql: 'user_id IS NOT NULL', words: 'only logged-in users' };

test('twins that differ by a filter name it on both sides, with the rule that follows', () => {
  const found = similarTables([
    shape('m.active_users', { population: [loggedIn] }),
    shape('m.active_visitors', { columns: ['user_id', 'day', 'visits', 'cookie'] }),
    shape('m.invoices', { upstream: ['raw.invoices'], columns: ['invoice_id', 'amount'] }),
  ]);
  const users = found.get('m.active_users');
  assert.deepEqual(
    users?.map(({ table }) => table),
    ['m.active_visitors'],
  );
  assert.deepEqual(users?.[0]?.differences, [
    'only this one: only logged-in users (user_id IS NOT NULL)',
    'only the other has cookie',
  ]);
  const rule =
    'm.active_users leaves out rows where user_id is null; take m.active_visitors where they count';
  assert.equal(users?.[0]?.rule, rule);
  assert.equal(found.get('m.active_visitors')?.[0]?.rule, rule);
  assert.deepEqual(found.get('m.active_visitors')?.[0]?.differences, [
    'only the other: only logged-in users (user_id IS NOT NULL)',
    'only this one has cookie',
  ]);
});

test('no rule where both filter, or where rows are not of one kind', () => {
  const paid = { sql: "status <> 'open'", words: '' };
  const both = similarTables([
    shape('a.users', { population: [loggedIn] }),
    shape('b.users', { population: [paid] }),
  ]);
  assert.equal(both.get('a.users')?.[0]?.rule, null);
  const grains = similarTables([
    shape('a.users', { population: [loggedIn] }),
    shape('b.users', { key: ['device', 'day'], timeGrain: null, window: 'full' }),
  ]);
  assert.equal(grains.get('a.users')?.[0]?.rule, null);
  assert.match(
    grains.get('a.users')?.[0]?.differences[0] ?? '',
    /one row per user_id, day here, per device, day there/,
  );
});

test('a view holds the rows of its table: what decides those is no difference', () => {
  const found = similarTables([
    shape('d.users_v1', { population: [loggedIn] }),
    shape('d.users', { upstream: ['d.users_v1'] }),
  ]);
  assert.deepEqual(found.get('d.users')?.[0]?.differences, ['this one is built from the other']);
  assert.equal(found.get('d.users')?.[0]?.rule, null);
  const filtered = shape('d.users_known', { upstream: ['d.users_all'], population: [loggedIn] });
  assert.match(
    similarTables([shape('d.users_all'), filtered]).get('d.users_all')?.[0]?.rule ?? '',
    /d.users_known leaves out/,
  );
});

const copies = (table: string, columns: Record<string, string>): NonNullable<TableShape['copies']> =>
  new Map(Object.entries(columns).map(([own, column]) => [own, { table, column }]));

const differences = (one: TableShape, two: TableShape, ...between: TableShape[]): readonly string[] =>
  similarTables([one, two], between)
    .get(one.table)
    ?.find(({ table }) => table === two.table)?.differences ?? [];

const latest = (ts: string): TableShape['population'][number] => ({
  sql: `dense_rank() over (order by ${ts} desc) = 1`,
  words: 'keeps the rows with the highest ts',
});

test('a condition further up is no difference: beside other sources, through hidden tables, under another name', () => {
  const staged = shape('stg.safety', { upstream: ['ext.safety'], population: [latest('ext.safety.ts')] });
  const mart = shape('mart.safety', { upstream: ['stg.safety', 'mart.agencies'] });
  assert.deepEqual(differences(staged, mart), [
    'the other is built from this one and also reads mart.agencies',
  ]);
  const hidden = shape('~.union', { upstream: ['stg.safety', 'stg.other'] });
  assert.deepEqual(differences(shape('mart.safety', { upstream: ['~.union'] }), staged, hidden), [
    'this one is built from the other and also reads stg.other',
  ]);
  const step = shape('int.billing', { upstream: ['stg.safety'] });
  assert.deepEqual(
    differences(staged, shape('fct.safety', { upstream: ['int.billing', 'dim.a', 'dim.b', 'dim.c'] }), step),
    ['the other is built from this one and also reads dim.a, dim.b and 1 more'],
  );
  const crimes = shape('stg.safety_crimes', {
    upstream: ['ext.crimes'],
    population: [latest('ext.crimes.ts')],
  });
  const found = similarTables([staged, mart, crimes]).get('mart.safety') ?? [];
  assert.deepEqual(found.find(({ table }) => table === 'stg.safety_crimes')?.differences, [
    'reads mart.agencies, stg.safety here, ext.crimes there',
  ]);
});

test('sources that one of the two adds are told, also where some are shared', () => {
  assert.deepEqual(
    differences(
      shape('a.cohorts', { upstream: ['d.calendar', 'a.clients', 'd.common'] }),
      shape('b.cohorts', { upstream: ['d.calendar', 'b.clients'] }),
    ),
    ['only this one reads a.clients, d.common', 'only the other reads b.clients'],
  );
  const step = shape('d.step', { upstream: ['a.cohorts'] });
  const found = similarTables([
    shape('a.cohorts'),
    shape('b.cohorts', { upstream: ['d.step', 'c.cohorts'] }),
    step,
  ]);
  assert.deepEqual(found.get('b.cohorts')?.find(({ table }) => table === 'a.cohorts')?.differences, [
    'this one is built from the other through d.step and also reads c.cohorts',
  ]);
});

test('lists and what AND and OR join have no order; of lists that differ the members are told', () => {
  const of = (table: string, sql: string): TableShape => shape(table, { population: [{ sql, words: '' }] });
  const same = (one: string, two: string): readonly string[] =>
    differences(of('a.users', one), of('b.users', two));
  const none = ['what sets them apart is not known'];
  assert.deepEqual(same("not key in ('b', 'a, c')", "not key in ('a, c', 'b', 'b')"), none);
  assert.deepEqual(same('(x = 1 or (y = 2 and z in (3, 4)))', '((z in (4, 3) and y = 2) or x = 1)'), none);
  assert.deepEqual(same("not key in ('a', 'b', 'c')", "not key in ('d', 'b', 'c')"), [
    "‘not key in …’ lists 'a' only here, 'd' only there",
  ]);
  assert.deepEqual(same('key in (1, 2, 3, 4, 5)', 'key in (5)'), ['‘key in …’ lists 4 values only here']);
  assert.equal(same('x between 1 and 2', 'x between 2 and 1').length, 2);
});

test('nothing is told of columns that a side may have unseen', () => {
  const wide = shape('a.users', { columns: ['user_id', 'day', 'visits', 'cookie'] });
  const unknown = ['what sets them apart is not known'];
  assert.deepEqual(differences(wide, shape('b.users', { open: true })), unknown);
  assert.deepEqual(differences(wide, shape('b.users', { unseen: true })), unknown);
  assert.deepEqual(differences(wide, shape('b.users', { unsure: ['Cookie'] })), unknown);
});

test('columns of one name are not one column where they copy two columns of one table', () => {
  const base = shape('d.base_tracks', { columns: ['user_id', 'user_actual_id', 'day'], key: null });
  const renamed = shape('d.tracks', {
    upstream: ['d.base_tracks'],
    columns: ['server_id', 'user_id', 'day'],
    key: null,
    copies: copies('d.base_tracks', { server_id: 'user_id', user_id: 'user_actual_id', day: 'day' }),
  });
  assert.deepEqual(differences(base, renamed), [
    'of one name but another origin: user_id (d.base_tracks.user_id here, d.base_tracks.user_actual_id there)',
    'the other is built from this one',
  ]);
});

test('keys are told apart only where neither may be a part of the other', () => {
  const of = (table: string, key: string[]): TableShape => shape(table, { key, timeGrain: null });
  const unknown = ['what sets them apart is not known'];
  assert.deepEqual(
    differences(of('a.users', ['user_sfid', 'day', 'visits']), of('b.users', ['user_id'])),
    unknown,
  );
  assert.deepEqual(differences(of('a.users', ['user_id']), of('b.users', [])), [
    'one row per user_id here, in all there',
  ]);
});

test('a row that another key makes single, or a column that is never NULL, is no difference', () => {
  const first = { sql: 'row_number() over (partition by user_id, day order by at desc) = 1', words: '' };
  const known = { sql: 'visits is not null', words: '' };
  const filtered = shape('a.users', { population: [first, known] });
  assert.deepEqual(differences(filtered, shape('b.users', { notNull: ['visits'] })), [
    'what sets them apart is not known',
  ]);
  assert.deepEqual(
    differences(
      shape('a.users', { population: [first], key: ['user_id'] }),
      shape('b.users', { key: ['device'] }),
    ),
    [
      'one row per user_id here, per device there',
      'only this one: row_number() over (partition by user_id, day order by at desc) = 1',
    ],
  );
});

test('no rule from a condition on the time of a run, on unknown keys, or beside a larger difference', () => {
  const rule = (sql: string, more: Partial<TableShape> = {}): string | null | undefined =>
    similarTables([
      shape('d.leads'),
      shape('d.leads_kept', { upstream: ['d.leads'], population: [{ sql, words: '' }], ...more }),
    ]).get('d.leads')?.[0]?.rule;
  assert.match(rule("day > '2020-01-01'") ?? '', /d.leads_kept leaves out rows/);
  assert.equal(rule('day > current_date() - 1'), null);
  assert.equal(rule("d.leads_kept.day > '2020-01-01'"), null);
  assert.equal(rule("day > '2020-01-01'", { key: null }), null);
  assert.equal(rule("day > '2020-01-01'", { upstream: ['d.leads', 'd.more'] }), null);
});

test('a like name alone is no likeness: a table outside, a table of another source', () => {
  const outside = shape('raw.orders', { upstream: [], columns: [] });
  const metrics = shape('d.order_metrics', { upstream: ['raw.metrics'], columns: [] });
  const orders = shape('d.orders', { upstream: ['raw.order_events'], columns: [] });
  assert.deepEqual(similarTables([outside, metrics, orders]), new Map());
});

test('a column is one column under all its names: in conditions, keys and lists of columns', () => {
  const open = { sql: "raw.bills.is_deleted = 'FALSE'", words: 'not deleted' };
  const renamed = shape('d.dim_bill', {
    upstream: ['raw.bills'],
    columns: ['dim_bill_id', 'amount'],
    key: ['dim_bill_id'],
    population: [open],
    copies: copies('raw.bills', { dim_bill_id: 'id', amount: 'amount' }),
  });
  const plain = shape('d.bill', {
    upstream: ['raw.bills'],
    columns: ['id', 'amount', 'is_deleted'],
    key: ['id'],
    population: [{ sql: 'is_deleted = false', words: 'not deleted' }],
    copies: copies('raw.bills', { id: 'id', amount: 'amount', is_deleted: 'is_deleted' }),
  });
  const found = similarTables([renamed, plain]).get('d.dim_bill');
  assert.deepEqual(found, [
    {
      table: 'd.bill',
      likeness: found?.[0]?.likeness,
      differences: ['only the other has is_deleted'],
      rule: null,
    },
  ]);
});

test('tables of one pattern over other sources differ by their sources, not by their conditions', () => {
  const stages = (from: string): TableShape =>
    shape(`${from}.ci_stages`, {
      upstream: [`raw_${from}.ci_stages`],
      population: [{ sql: `raw_${from}.ci_stages.created_at is not null`, words: '' }],
    });
  assert.deepEqual(similarTables([stages('ops'), stages('com')]).get('com.ci_stages')?.[0]?.differences, [
    'reads raw_com.ci_stages here, raw_ops.ci_stages there',
  ]);
  const known = (name: string): TableShape =>
    shape(`d.${name}_copies`, { upstream: [`raw.${name}`], columns: ['id', 'loaded_at'], open: true });
  assert.deepEqual(similarTables([known('emails'), known('epics')]), new Map());
});

test('tables of two kinds under names without a common word are no look-alikes; of twins it is not known', () => {
  const of = (table: string, key: string[]): TableShape => shape(table, { key, timeGrain: null });
  assert.deepEqual(similarTables([of('d.boards', ['board_id']), of('d.todos', ['todo_id'])]), new Map());
  assert.deepEqual(
    similarTables([of('a.boards', ['board_id']), of('b.boards', ['board_id'])]).get('a.boards')?.[0]
      ?.differences,
    ['what sets them apart is not known'],
  );
});

test('words of layers are no part of what a table is about', () => {
  const found = similarTables([
    shape('d.stg_orders', {
      upstream: ['raw.orders'],
      columns: ['order_id', 'ordered_at'],
      key: ['order_id'],
    }),
    shape('d.orders', {
      upstream: ['d.stg_orders', 'd.items'],
      columns: ['order_id', 'ordered_at', 'cost', 'items'],
      key: ['order_id'],
    }),
  ]);
  assert.deepEqual(
    found.get('d.orders')?.map(({ table }) => table),
    ['d.stg_orders'],
  );
});

interface Expected {
  readonly upstream?: string[];
  readonly grain?: { keys?: { columns: string[] }[]; time_grain?: string };
  readonly population?: { sql: string; words: string }[];
  readonly inherited?: { sql: string }[];
}

test('the pairs of the fixtures that people confuse find each other, from lineage and names alone', async () => {
  const folder = path.join(import.meta.dirname, '../../fixtures/expected');
  const shapes: TableShape[] = [];
  for await (const file of glob('tables/*.yml', { cwd: folder })) {
    const tables = parse(await readFile(path.join(folder, file), 'utf8')) as Record<string, Expected>;
    for (const [table, expected] of Object.entries(tables)) {
      shapes.push({
        table,
        upstream: expected.upstream ?? [],
        columns: [],
        key: expected.grain?.keys?.[0]?.columns ?? null,
        timeGrain: expected.grain?.time_grain ?? null,
        population: [
          ...(expected.population ?? []),
          ...(expected.inherited ?? []).map(({ sql }) => ({ sql, words: '' })),
        ],
        window: null,
      });
    }
  }
  const found = similarTables(shapes);
  const pairs = parse(await readFile(path.join(folder, 'similar.yml'), 'utf8')) as {
    pair: [string, string];
  }[];
  const missed = pairs
    .flatMap(({ pair: [a, b] }) => [[a, b] as const, [b, a] as const])
    .filter(([a, b]) => !found.get(a)?.some(({ table }) => table === b));
  assert.ok(missed.length <= 2, missed.map((pair) => pair.join(' – ')).join('; '));
});

test('many tables are compared in seconds: the work does not grow with their square', () => {
  const subjects = Array.from({ length: 900 }, (_, i) => `subject${i}`);
  const shapes = Array.from({ length: 10_000 }, (_, i) => {
    const subject = subjects[i % 900] ?? '';
    return shape(
      `w.s${i % 37}.${subject}_${['daily', 'weekly', 'total', 'users'][i % 4]}_${Math.floor(i / 900)}`,
      {
        upstream: [`raw.${subject}`, `dim.d${i % 50}`],
        columns: Array.from({ length: 20 }, (_, c) =>
          c < 5 ? `common_${c}` : `${subject}_${(c * 7 + i) % 60}`,
        ),
      },
    );
  });
  const start = performance.now();
  const found = similarTables(shapes);
  assert.ok(performance.now() - start < 20_000);
  assert.equal(found.size, 10_000);
  assert.ok([...found.values()].every((twins) => twins.length <= 5));
});
