/** Generic tests and constraints, in the several forms that dbt has accepted over the years. */
import type { YamlValue } from '../yaml/document.ts';
import type { Config, ConstraintProperties, TestProperties } from './types.ts';
import { objectOf, optional, place, strings } from './yaml-values.ts';

/** Keys beside a test's arguments that configure it; dbt takes them at the top or under `config`. */
const CONFIG_KEYS = new Set([
  'config',
  'where',
  'severity',
  'enabled',
  'warn_if',
  'error_if',
  'limit',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'tags',
  'meta',
  'name',
  'description',
  'arguments',
  'schema',
  'database',
  'alias',
  'group',
  'test_name',
]);

/** The tests under `data_tests:` and `tests:` of a table or, with `column`, of a column. */
export function readTests(value: YamlValue, path: string, column: string | undefined): TestProperties[] {
  return ['tests', 'data_tests']
    .flatMap((key) => value.get(key)?.items() ?? [])
    .flatMap((item) => readTest(item, path, column) ?? []);
}

function readTest(item: YamlValue, path: string, column: string | undefined): TestProperties | undefined {
  const bare = item.text();
  const common = { ...place(item, path), ...optional('column', column) };
  if (bare !== undefined) return { test: bare, ...common, args: {} };
  const entries = item.entries();
  const named = item.get('test_name')?.text();
  const [first] = entries;
  const test = named ?? first?.[0];
  if (first === undefined || test === undefined) return undefined;
  // `- unique: {config: …}` keeps everything in the value; `- unique:` with siblings (`where:` beside it) spreads it out.
  const inner = named === undefined ? objectOf(first[1].plain()) : {};
  const siblings = Object.fromEntries(
    (named === undefined ? entries.slice(1) : entries).map(([key, sibling]) => [key, sibling.plain()]),
  );
  return testOf(test, { ...siblings, ...inner }, common);
}

function testOf(
  test: string,
  body: Config,
  common: Pick<TestProperties, 'path' | 'line' | 'column'>,
): TestProperties {
  const config: Config = { ...body, ...objectOf(body['config']) };
  const args = {
    ...Object.fromEntries(Object.entries(body).filter(([key]) => !CONFIG_KEYS.has(key))),
    ...objectOf(body['arguments']),
  };
  const limit = config['limit'];
  return {
    test,
    ...common,
    ...optional('name', textOf(body['name'])),
    args,
    ...optional('where', textOf(config['where'])),
    ...optional('severity', severityOf(config['severity'])),
    ...optional('enabled', config['enabled'] === undefined ? undefined : config['enabled'] !== false),
    ...optional('warnIf', textOf(config['warn_if'])),
    ...optional('errorIf', textOf(config['error_if'])),
    ...optional('limit', typeof limit === 'number' ? limit : undefined),
  };
}

const severityOf = (value: unknown): 'error' | 'warn' | undefined =>
  typeof value !== 'string' ? undefined : value.toLowerCase() === 'warn' ? 'warn' : 'error';

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

export function readConstraints(
  value: YamlValue,
  path: string,
  column: string | undefined,
): ConstraintProperties[] {
  return (value.get('constraints')?.items() ?? []).flatMap((item) => {
    const type = item.get('type')?.text();
    if (type === undefined) return [];
    return {
      type,
      ...place(item, path),
      columns: column === undefined ? strings(item.get('columns')) : [column],
      ...optional('to', item.get('to')?.text()),
      toColumns: strings(item.get('to_columns')),
      ...optional('expression', item.get('expression')?.text()),
      ...optional('warnUnenforced', item.get('warn_unenforced')?.flag()),
    };
  });
}
