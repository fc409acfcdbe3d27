/** dbt's functions that need no project: text, JSON, YAML, sets, messages. */
import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { argument, text } from '../jinja/arguments.ts';
import { JinjaError } from '../jinja/error.ts';
import { jsonText } from '../jinja/json.ts';
import { zip } from '../jinja/modules.ts';
import { iterate, str, truthy } from '../jinja/python.ts';
import { Fn, fromJson, PySet, Struct, toJson, type Native, type Value } from '../jinja/values.ts';

const silent: Native = () => '';

/** A parsing function's default where the text does not parse. */
function parsed(read: (source: string) => unknown): Native {
  return (args, kwargs) => {
    const otherwise = argument(args, kwargs, 1, 'default') ?? null;
    try {
      return fromJson(read(text(args[0])));
    } catch {
      return otherwise;
    }
  };
}

function makeSet(strict: boolean): Native {
  return (args, kwargs) => {
    try {
      return new PySet(iterate(args[0] ?? null));
    } catch (error) {
      if (strict || !(error instanceof JinjaError)) throw error;
      return argument(args, kwargs, 1, 'default') ?? null;
    }
  };
}

function makeZip(): Native {
  return (args, _kwargs, rt) => {
    rt.step(args.length);
    return zip(args, undefined);
  };
}

/** dbt would stop here; the text behind it is still worth having. */
const refusal: Native = ([message], _kwargs, rt) => {
  rt.report(
    'error',
    'dbt.refused',
    `the code refuses: ${str(message ?? null)
      .trim()
      .slice(0, 300)}`,
  );
  return '';
};

const exceptions = new Struct(
  'exceptions',
  Object.fromEntries([
    ...[
      'raise_compiler_error',
      'raise_not_implemented',
      'raise_contract_error',
      'raise_fail_fast_error',
      'missing_config',
      'missing_relation',
      'relation_wrong_type',
      'column_type_missing',
      'raise_invalid_property_yml_version',
    ].map((name) => [name, new Fn(name, refusal)] as const),
    ...['warn', 'warn_snapshot_timestamp_data_types'].map((name) => [name, new Fn(name, silent)] as const),
  ]),
);

const validation = new Struct('validation', { any: new Fn('any', () => '') });

export const plainFunctions: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['exceptions', exceptions],
  ['validation', validation],
  ...Object.entries<Native>({
    log: silent,
    print: silent,
    debug: silent,
    tojson: (args, kwargs) =>
      jsonText(args[0] ?? null, 0, truthy(argument(args, kwargs, 2, 'sort_keys') ?? false)),
    toyaml: (args) => stringify(toJson(args[0] ?? null, str)),
    fromjson: parsed((source) => JSON.parse(source) as unknown),
    fromyaml: parsed((source) => parse(source, { maxAliasCount: 100 }) as unknown),
    set: makeSet(false),
    set_strict: makeSet(true),
    zip: makeZip(),
    zip_strict: makeZip(),
    local_md5: ([value]) =>
      createHash('md5')
        .update(str(value ?? null))
        .digest('hex'),
    diff_of_two_dicts: ([a]) => a ?? null,
    convert_datetime: ([date]) => date ?? null,
  }).map(([name, native]) => [name, new Fn(name, native)] as const),
]);
