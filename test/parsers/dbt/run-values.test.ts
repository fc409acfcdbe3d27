import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { before } from 'node:test';
import { deriveTable } from '../../../inference/derive/derive.ts';
import { initReaders, readFile } from '../../../parsers/registry.ts';
import { commitOf } from './commit.ts';

before(initReaders);

const project = 'name: shop\nversion: "1.0"\nmodel-paths: [models]\nprofile: shop\nvars: { chain: base }\n';

/** What is derived of a model that replaces rows of the same day and id. */
function derived(day: string, where = '') {
  const text = `{{ config(materialized='incremental', unique_key=['dt', 'id']) }}
select ${day} as dt, id, max(v) as v from raw.orders ${where} group by 1, 2`;
  const commit = commitOf({ 'dbt_project.yml': project, 'models/daily.sql': text });
  const builds = readFile('models/daily.sql', text, commit)?.builds ?? [];
  return deriveTable({
    table: 'daily',
    path: 'models/daily.sql',
    builds,
    resolve: (ref) => ref.parts.join('.'),
    upstream: () => null,
  });
}
const keys = (day: string, where?: string) => derived(day, where).interface.keys.map(({ columns }) => columns.join()); // prettier-ignore

test('what each run gives anew is no constant of the code: later runs add rows beside those of earlier ones', () => {
  for (const given of [
    `'{{ run_started_at.strftime("%Y-%m-%d") }}'`,
    `{{ run_started_at.year }}`,
    `'{{ modules.datetime.date.today() }}'`,
    `'{{ invocation_id }}'`,
    `'{{ var("run_date") }}'`,
    `'{{ var("run_date", "2024-01-01") }}'`,
    `'{{ env_var("DS", "2024-01-01") }}'`,
    `'{{ env_var("DS") }}'`,
  ])
    assert.deepEqual(keys(given), ['dt,id'], given);
  assert.deepEqual(keys(`'{{ var("chain") }}'`), ['id'], 'the project gives it');
  assert.deepEqual(keys(`'{{ "x" if var("flag", false) else "y" }}'`), ['id'], 'a switch');
});

test('a condition on it is the window of a run, and its stand-in is no value', () => {
  const found = derived('day', `where day = '{{ run_started_at.date() }}'`);
  assert.deepEqual(found.population, []);
  assert.deepEqual(found.window.predicates, ['dt = @run_started_at']);
  assert.equal(found.columns[0]?.values, null);
  assert.deepEqual(keys('day', `where day = '{{ var("run_date") }}'`), ['dt,id']);
});

test('what else stands in the query stays, also where another run would build it otherwise', () => {
  const years = `{% for y in range(2000, run_started_at.year + 1) %} or y = {{ y }} {% endfor %}`;
  assert.deepEqual(derived(`'x'`, `where s = 'paid' and t > '{{ var("since", "2020-01-01") }}' and (false ${years})`).columns[0]?.values, ['text:x']); // prettier-ignore
});

test("dbt's own text holds the values of the run that it was compiled for", () => {
  const model = `select '{{ run_started_at.date() }}' as dt, 'web' as shop, id from raw.orders`;
  const checksum = createHash('sha256').update(model).digest('hex');
  const compiled_code = `select '2026-03-04' as dt, 'web' as shop, id from lake.raw.orders`;
  const nodes = { 'model.shop.daily': { resource_type: 'model', schema: 'marts', alias: 'daily', compiled_code, checksum: { name: 'sha256', checksum } } }; // prettier-ignore
  const [build] =
    readFile('models/daily.sql', model, {
      ...commitOf({ 'dbt_project.yml': project, 'models/daily.sql': model }),
      artifacts: [{ name: 'manifest', path: 'manifest.json', text: JSON.stringify({ nodes }) }],
    })?.builds ?? [];
  assert.deepEqual(build?.reads.map(({ parts }) => parts.join('.')), ['lake.raw.orders']); // prettier-ignore
  const text = JSON.stringify(build.relation);
  assert.match(text, /"ex":"parameter","name":"run_started_at"/);
  assert.match(text, /"value":"web"/);
  assert.doesNotMatch(text, /2026-03-04/);
});
