import assert from 'node:assert/strict';
import test from 'node:test';
import { selectModels } from '../../../inference/link/dbt-selection.ts';
import type { DbtModel } from '../../../inference/link/dbt-models.ts';
import { linkFacts } from '../../../inference/link/link.ts';
import type { LinkFile } from '../../../inference/link/table-facts.ts';
import type { DbtRun, FileFacts, TableKind } from '../../../schema/contracts/facts.ts';

const model = (path: string, tags: string[] = [], kind: TableKind = 'table'): DbtModel => {
  const folders = path.split('/').slice(0, -1);
  const name = path.split('/').at(-1) ?? '';
  return {
    table: name,
    root: '',
    type: 'model',
    package: 'shop',
    name,
    fqn: ['shop', ...folders, name],
    path: `models/${path}.sql`,
    tags: new Set(tags),
    kind,
  };
};

// raw ← stg_a ← int_b ← fct_c, and stg_a ← fct_d
const models = [
  model('staging/stg_a', ['daily']),
  model('staging/deep/int_b', ['slow'], 'view'),
  model('marts/fct_c', ['daily', 'slow']),
  model('marts/fct_d'),
];
const reads: Record<string, string[]> = { int_b: ['stg_a'], fct_c: ['int_b'], fct_d: ['stg_a'] };
const neighbours = {
  up: (table: string) => reads[table] ?? [],
  down: (table: string) => Object.keys(reads).filter((other) => reads[other]?.includes(table)),
};

for (const [select, exclude, expected] of [
  ['', '', 'stg_a int_b fct_c fct_d'],
  ['staging', '', 'stg_a int_b'],
  ['staging.*', '', 'stg_a int_b'],
  ['shop.staging.deep', '', 'int_b'],
  ['deep', '', ''],
  ['fct_*', '', 'fct_c fct_d'],
  ['f*_?', '', 'fct_c fct_d'],
  ['shop.mar*', '', 'fct_c fct_d'],
  ['models/m*s', '', 'fct_c fct_d'],
  ['fct_[cd]', '', 'unknown'],
  ['tag:daily', 'tag:slow', 'stg_a'],
  ['tag:daily,tag:slow', '', 'fct_c'],
  ['+fct_c', '', 'fct_c int_b stg_a'],
  ['1+fct_c', '', 'fct_c int_b'],
  ['stg_a+1', 'int_b', 'stg_a fct_d'],
  ['path:models/staging', '', 'stg_a int_b'],
  ['models/marts/fct_d.sql', '', 'fct_d'],
  ['config.materialized:view', '', 'int_b'],
  ['source:raw', '', ''],
  ['source:raw+', '', 'unknown'],
  ['state:modified', '', 'unknown'],
  ['', '@fct_c', 'unknown'],
] as const) {
  test(`dbt run --select ${select || '(nothing)'} --exclude ${exclude || '(nothing)'}`, () => {
    const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
    const found = selectModels(models, words(select), words(exclude), neighbours);
    const names = found?.map(({ table }) => table).sort() ?? ['unknown'];
    assert.deepEqual(names, words(expected).sort());
  });
}

test("a selector takes time by its length and the name's, however many wildcards it has", () => {
  const long = model(`marts/${'a'.repeat(20_000)}`);
  assert.deepEqual(selectModels([long], [`${'a*'.repeat(200)}b`], [], neighbours), []);
});

test('a graph in which many ways lead to a table is walked table by table', () => {
  const layers = Array.from({ length: 30 }, (_, depth) => [0, 1, 2].map((index) => `t${depth}_${index}`));
  const above = new Map(layers.flatMap((tables, depth) => tables.map((table) => [table, layers[depth - 1] ?? []] as const))); // prettier-ignore
  const all = layers.flat().map((name) => model(`marts/${name}`));
  const around = { up: (table: string) => above.get(table) ?? [], down: () => [] };
  assert.equal(selectModels(all, ['+t29_0'], [], around)?.length, 29 * 3 + 1);
});

function file(path: string, facts: Partial<FileFacts>): LinkFile {
  const none = { builds: [], declarations: [], uses: [], jobs: [], diagnostics: [] };
  const statements = { total: 0, parsed: 0, opaque: 0, failed: 0 };
  const all: FileFacts = { path, reader: 'dbt', version: 1, dialect: 'bigquery', ...none, statements, ...facts }; // prettier-ignore
  return { key: path, blob: path, facts: all };
}

const built = (root: string, name: string, kind: TableKind, tags: string[] = []): LinkFile => {
  const target = { parts: ['p', root.replace('/', '_'), name] };
  return file(`${root}/models/${name}.sql`, {
    builds: [
      {
        target,
        kind,
        write: 'replace',
        lines: [1, 1],
        reads: [],
        by: `model.shop.${name}`,
        fqn: ['shop', name],
      },
    ],
    declarations: tags.length === 0 ? [] : [{ table: target, lines: [1, 1], declares: 'tag', tags }],
    trace: { [`dbt:${root}|target`]: '' },
  });
};

const job = (id: string, schedule: string, dbt: DbtRun): LinkFile =>
  file(`dags/${id}.py`, {
    reader: 'python',
    jobs: [{ id, kind: 'airflow', lines: [1, 9], schedule, tasks: [{ id: 't', lines: [2, 2], after: [], runs: [], dbt: [dbt], writes: [], reads: [] }] }], // prettier-ignore
  });

const run = (folder: string, ...select: string[]): DbtRun => ({
  folder,
  command: 'run',
  select,
  exclude: [],
});

function wordsOf(files: readonly LinkFile[], table: string): string | undefined {
  const { tables } = linkFacts(files, { config: { defaults: [], targets: [], conventions: [] } });
  const claims = tables.find((linked) => linked.table === table)?.claims() ?? [];
  return claims.flatMap((claim) => (claim.field === 'freshness' ? [claim.value.words] : []))[0];
}

test('a model is built when the jobs that select it run, by the most frequent first', () => {
  const files = [
    built('shop', 'orders', 'table', ['daily']),
    built('shop', 'items', 'table'),
    built('shop', 'shown', 'view', ['daily']),
    job('all', '0 4 * * 1', run('')),
    job('some', '0 6 * * *', run('/opt/dbt/shop', 'tag:daily')),
  ];
  assert.equal(wordsOf(files, 'p.shop.orders'), 'built every day at 06:00 by some; also on schedule "0 4 * * 1" by all; replaced whole by each run'); // prettier-ignore
  assert.equal(wordsOf(files, 'p.shop.items'), 'built on schedule "0 4 * * 1" by all; replaced whole by each run'); // prettier-ignore
  assert.equal(wordsOf(files, 'p.shop.shown'), undefined);
});

test('of several projects the folder must tell which one is meant', () => {
  const files = [
    built('a/shop', 'orders', 'table'),
    built('b/shop', 'orders', 'table'),
    job('one', '@daily', run('/opt/airflow/b/shop')),
    job('none', '@hourly', run('/usr/dbt/shop')),
  ];
  assert.equal(wordsOf(files, 'p.a_shop.orders'), undefined);
  assert.match(wordsOf(files, 'p.b_shop.orders') ?? '', /^built every day at 00:00 by one;/);
});

test('the only project of a repository is not what a job in another folder builds', () => {
  const files = [
    built('integration_tests', 'orders', 'table'),
    job('other', '@daily', run('/opt/finance_dbt')),
    job('own', '@weekly', run('')),
  ];
  assert.match(wordsOf(files, 'p.integration_tests.orders') ?? '', /^built every week by own;/);
});
