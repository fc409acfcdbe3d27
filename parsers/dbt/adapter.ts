/** `adapter`: dispatch, and questions to the warehouse answered from what is known. */
import { own } from '../../schema/contracts/own.ts';
import { argument } from '../jinja/arguments.ts';
import { str } from '../jinja/python.ts';
import type { Runtime } from '../jinja/runtime.ts';
import {
  Fn,
  fromJson,
  PyObject,
  Tuple,
  Undefined,
  type Kwargs,
  type Native,
  type Value,
} from '../jinja/values.ts';
import { dispatchPrefixes } from './adapter-type.ts';
import { knownColumns } from './columns.ts';
import { Column, quoteIdentifier, Relation } from './relation.ts';
import type { Session } from './session.ts';
import { EmptyTable, noteQuery } from './warehouse.ts';

export function adapter(session: Session): Value {
  return new Adapter(session);
}

class Adapter extends PyObject {
  readonly typeName = 'adapter';
  private readonly session: Session;
  constructor(session: Session) {
    super();
    this.session = session;
  }

  override attr(name: string): Value | undefined {
    const native = own(natives, name);
    return native && new Fn(name, (args, kwargs, rt) => native(this.session, args, kwargs, rt));
  }
}

type AdapterNative = (session: Session, args: Value[], kwargs: Kwargs, rt: Runtime) => Value;

/** The macro that `adapter.dispatch(name, package)` picks: first package of the search order, first fitting prefix. */
function dispatch(session: Session, name: string, namespace: string | undefined, rt: Runtime): Value {
  const { macros, file, packages, target } = session.project;
  const configured = file.dispatch.find((entry) => entry.namespace === namespace)?.searchOrder;
  const everywhere = [session.package, file.name, ...packages.keys(), 'dbt'];
  // A package that overrides another and is not vendored still leaves the overridden one to fall back on, and a namespace that is no package says nothing.
  const searched =
    namespace === undefined ? everywhere : [...(configured ?? [file.name]), namespace, ...everywhere];
  for (const owner of searched) {
    for (const prefix of dispatchPrefixes(target.type)) {
      const entry = macros.find(owner, `${prefix}__${name}`);
      const value = entry && macros.value(entry);
      if (value) return value;
    }
  }
  // Without the adapter's own version and a default one, some version tells more about the text than none.
  for (const owner of searched) {
    for (const entry of macros.of(owner)) {
      const value = entry.name.endsWith(`__${name}`) ? macros.value(entry) : undefined;
      if (value) {
        rt.report(
          'warning',
          'dbt.dispatch',
          `${name} has no version for ${target.type}; ${entry.name} was taken`,
        );
        return value;
      }
    }
  }
  return rt.unknown('macro', `${namespace === undefined ? '' : `${namespace}.`}default__${name}`);
}

const columnsOf: AdapterNative = (session, args, _kwargs, rt) => {
  const [relation] = args;
  if (!session.executes || !(relation instanceof Relation)) return [];
  const known = knownColumns(session, relation);
  if (known === undefined) {
    noteQuery(rt, `the columns of ${relation.str()}`);
    return [];
  }
  return known.map((column) => new Column(column, session.project.target.type));
};

function same(relation: Value | undefined, self: Relation | undefined): boolean {
  return relation instanceof Relation && self !== undefined && relation.compare(self) === 0;
}

/** A table exists unless it is the one being built for the first time. */
const existing: AdapterNative = (session, args, kwargs) => {
  const named = ['database', 'schema', 'identifier'].map((part, i) => argument(args, kwargs, i, part));
  const [given] = args;
  if (!session.executes) return null;
  const text = (value: Value | undefined): string | undefined =>
    value === undefined || value === null || value instanceof Undefined ? undefined : str(value);
  const [database, schema, identifier] = named.map(text);
  const { target, quoting } = session.project;
  const relation =
    given instanceof Relation
      ? given
      : new Relation({
          name: {
            ...(database && { database }),
            ...(schema && { schema }),
            ...(identifier && { identifier }),
          },
          adapter: target.type,
          quoting,
          type: 'table',
        });
  if (!same(relation, session.self)) return relation;
  session.askedIncremental = true;
  return session.mode === 'incremental' ? relation : null;
};

const query: AdapterNative = (_session, _args, _kwargs, rt) => {
  noteQuery(rt, 'a query');
  return Tuple.from<Value>(['', new EmptyTable()]);
};

const nothing: AdapterNative = () => '';
const none: AdapterNative = () => [];

function only(value: (args: Value[], kwargs: Kwargs, session: Session) => Value): AdapterNative {
  return (session, args, kwargs) => value(args, kwargs, session);
}

const natives: Readonly<Record<string, AdapterNative>> = {
  dispatch: (session, args, kwargs, rt) => {
    const namespace = argument(args, kwargs, 1, 'macro_namespace') ?? kwargs.get('packages');
    const name = str(argument(args, kwargs, 0, 'macro_name') ?? null);
    const first = Array.isArray(namespace) ? namespace.at(-1) : namespace;
    return dispatch(
      session,
      name,
      first === undefined || first === null || first instanceof Undefined ? undefined : str(first),
      rt,
    );
  },
  get_columns_in_relation: columnsOf,
  get_missing_columns: none,
  get_relation: existing,
  load_relation: existing,
  list_relations: none,
  list_relations_without_caching: none,
  get_relations_by_pattern: none,
  check_schema_exists: only(() => true),
  already_exists: only(() => true),
  quote: only(([name], _kwargs, session) => quoteIdentifier(str(name ?? null), session.project.target.type)),
  quote_as_configured: only(([name]) => name ?? ''),
  quote_seed_column: only(([name]) => name ?? ''),
  type: only((_args, _kwargs, session) => session.project.target.type),
  execute: query,
  run_query: (_session, _args, _kwargs, rt) => {
    noteQuery(rt, 'a query');
    return new EmptyTable();
  },
  add_query: query,
  convert_type: only(() => 'text'),
  valid_incremental_strategies: only(() =>
    fromJson(['append', 'merge', 'delete+insert', 'insert_overwrite', 'microbatch']),
  ),
  is_uniform: only(() => false),
  compare_dbr_version: only(() => 1),
  resolve_file_format: only(() => 'delta'),
  is_cluster: only(() => false),
  ...Object.fromEntries(
    [
      'create_schema',
      'drop_schema',
      'drop_relation',
      'rename_relation',
      'truncate_relation',
      'expand_target_column_types',
      'expand_column_types',
      'cache_added',
      'cache_dropped',
      'cache_renamed',
      'verify_database',
      'commit',
      'rollback',
      'clear_transaction',
      'grant_access_to',
      'get_rows_different_sql',
    ].map((name) => [name, nothing]),
  ),
};

/** `load_relation(this)`, dbt's macro of the same meaning. */
export function loadRelation(session: Session): Native {
  return (args, kwargs, rt) => existing(session, args, kwargs, rt);
}
