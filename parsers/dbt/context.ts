/** dbt's context: the names that a template sees, in the order in which dbt looks them up. */
import { argument } from '../jinja/arguments.ts';
import { modules } from '../jinja/modules.ts';
import { str } from '../jinja/python.ts';
import type { Runtime } from '../jinja/runtime.ts';
import { DateTime } from '../jinja/datetime.ts';
import {
  Dict,
  Fn,
  fromJson,
  PyObject,
  Struct,
  type Native,
  type Traced,
  type Value,
} from '../jinja/values.ts';
import { adapter, loadRelation } from './adapter.ts';
import { graphObject, modelDict } from './graph-objects.ts';
import type { MacroEntry } from './macros.ts';
import { refFunction, sourceFunction } from './references.ts';
import { createColumn, createRelation } from './relation.ts';
import type { Session } from './session.ts';
import { ConfigObject, envVar, VarObject } from './settings.ts';
import { EmptyTable, noteQuery } from './warehouse.ts';
import { plainFunctions } from './functions.ts';

export type Lookup = (name: string) => Value | undefined;

/** The context of one session. */
export function contextOf(session: Session): Lookup {
  const { made } = session;
  const lookup: Lookup = (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = find(session, name, lookup);
    if (value !== undefined) made.set(name, value);
    return value;
  };
  return lookup;
}

/** Macros of the node's package, then of the project; dbt's own names; dbt's macros; packages. */
function find(session: Session, name: string, lookup: Lookup): Value | undefined {
  if (name.startsWith('|')) return undefined;
  const { macros, file } = session.project;
  const own = macros.find(session.package, name) ?? macros.find(file.name, name);
  if (own) return macroValue(session, own);
  const builtin = builtins(session, lookup).get(name)?.();
  if (builtin !== undefined) return builtin;
  const shared = plainFunctions.get(name);
  if (shared) return shared;
  const core = macros.find('dbt', name);
  if (core) return macroValue(session, core);
  return macros.hasPackage(name) || session.project.packages.has(name)
    ? new PackageNamespace(session, name)
    : undefined;
}

function macroValue(session: Session, entry: MacroEntry): Value {
  const { macros } = session.project;
  // The file of a macro that is known by name may not parse; its callers then say what they miss.
  return macros.value(entry) ?? fn(entry.name, (_args, _kwargs, rt) => rt.unknown('macro', entry.name));
}

/** `dbt_utils`, in `dbt_utils.star(…)`. */
class PackageNamespace extends PyObject {
  readonly typeName = 'package';
  private readonly session: Session;
  private readonly name: string;
  constructor(session: Session, name: string) {
    super();
    this.session = session;
    this.name = name;
  }
  override attr(name: string): Value | undefined {
    const entry = this.session.project.macros.find(this.name, name);
    if (entry) return macroValue(this.session, entry);
    // dbt's own functions answer under its package too: dbt.is_incremental(), dbt.run_query().
    return this.name === 'dbt' ? builtins(this.session, contextOf(this.session)).get(name)?.() : undefined;
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined;
  }
}

function fn(name: string, native: Native): Value {
  return new Fn(name, native);
}

type Builtins = ReadonlyMap<string, () => Value | undefined>;

const cache = new WeakMap<Session, Builtins>();

function builtins(session: Session, lookup: Lookup): Builtins {
  const known = cache.get(session);
  if (known) return known;
  const { project } = session;
  const { target } = project;
  const table: Record<string, () => Value | undefined> = {
    ref: () => refFunction(session),
    source: () => sourceFunction(session),
    config: () => new ConfigObject(session),
    var: () => new VarObject(session, lookup),
    env_var: () => envVar(session),
    this: () => session.self ?? null,
    schema: () => session.self?.relationName.schema ?? target.schema,
    database: () => session.self?.relationName.database ?? target.database ?? null,
    model: () => modelDict(session),
    node: () => modelDict(session),
    graph: () => graphObject(session),
    target: () => targetDict(session),
    env: () => targetDict(session),
    execute: () => session.executes,
    is_incremental: () => fn('is_incremental', () => isIncremental(session)),
    should_full_refresh: () => fn('should_full_refresh', () => false),
    builtins: () =>
      new Struct('builtins', {
        ref: refFunction(session),
        source: sourceFunction(session),
        config: new ConfigObject(session),
      }),
    adapter: () => adapter(session),
    api: () => {
      const relation = fn('create', createRelation(target.type, project.quoting));
      const column = fn('create', createColumn(target.type));
      const type = fn('translate_type', ([name]) => name ?? null);
      return new Struct('api', {
        Relation: new Struct('Relation', { create: relation }),
        Column: new Struct('Column', { create: column, translate_type: type }),
      });
    },
    // A first run is no full refresh, and neither is a later one.
    flags: () =>
      new Struct('flags', {
        FULL_REFRESH: false,
        WHICH: 'run',
        STORE_FAILURES: false,
        EMPTY: false,
        INTROSPECT: true,
        FAIL_FAST: false,
        WARN_ERROR: false,
      }),
    modules: () => modules(session.moment.now),
    run_started_at: () => new DateTime(session.moment.now.getTime(), false, true),
    project_name: () => project.name,
    dbt_version: () => '1.10.0',
    invocation_id: () => session.moment.id,
    thread_id: () => 'Thread-1',
    invocation_args_dict: () =>
      Dict.from([
        ['full_refresh', false],
        ['which', 'run'],
        ['vars', new Dict()],
      ]),
    dbt_metadata_envs: () => new Dict(),
    selected_resources: () => [],
    schemas: () => [],
    database_schemas: () => [],
    results: () => [],
    load_relation: () => fn('load_relation', loadRelation(session)),
    load_result: () => fn('load_result', ([name]) => session.results.get(str(name ?? null)) ?? null),
    store_result: () => fn('store_result', () => ''),
    statement: () =>
      fn('statement', (args, kwargs, rt) =>
        statement(session, argument(args, kwargs, 0, 'name'), kwargs.get('caller'), rt),
      ),
    run_query: () =>
      fn('run_query', (_args, _kwargs, rt) => {
        if (!session.executes) return null;
        noteQuery(rt, 'run_query');
        return new EmptyTable();
      }),
    doc: () => fn('doc', (args) => project.properties.doc(str(args.at(-1) ?? null)) ?? ''),
    render: () => fn('render', ([text]) => text ?? ''),
    context: () => new ContextObject(lookup),
  };
  const made = new Map(Object.entries(table));
  cache.set(session, made);
  return made;
}

function isIncremental(session: Session): boolean {
  session.askedIncremental = true;
  if (session.mode !== 'incremental') return false;
  const materialized = session.inFile['materialized'] ?? session.baseConfig['materialized'];
  return materialized === 'incremental';
}

function statement(
  session: Session,
  name: Value | undefined,
  caller: Value | undefined,
  rt: Runtime,
): Traced {
  if (caller !== undefined) rt.call(caller, []);
  if (!session.executes || name === undefined || name === null) return '';
  noteQuery(rt, `statement ${str(name)}`);
  session.results.set(
    str(name),
    Dict.from([
      ['data', []],
      ['table', new EmptyTable()],
      ['response', ''],
      ['status', 'OK'],
    ]),
  );
  return '';
}

function targetDict(session: Session): Value {
  const { target } = session.project;
  session.ask('target', JSON.stringify([target.name, target.type, target.database, target.schema]));
  // Connection secrets have no place in rendered text.
  const open = Object.entries(target.profile).filter(
    ([key, value]) => !/pass|secret|key|token|user|private/i.test(key) && !/\{\{/.test(String(value)),
  );
  return fromJson({
    threads: 1,
    warehouse: '',
    role: '',
    user: 'dbt',
    ...Object.fromEntries(open),
    name: target.name,
    target_name: target.name,
    type: target.type,
    schema: target.schema,
    dataset: target.schema,
    database: target.database ?? null,
    dbname: target.database ?? null,
    project: target.database ?? null,
    profile_name: session.project.file.profile ?? target.name,
  });
}

/** `context['macro_name']`, by which templates pick a macro at run time. */
class ContextObject extends PyObject {
  readonly typeName = 'context';
  private readonly lookup: Lookup;
  constructor(lookup: Lookup) {
    super();
    this.lookup = lookup;
  }
  override attr(name: string): Value | undefined {
    if (name === 'get')
      return fn('get', ([key, otherwise]) => this.lookup(str(key ?? null)) ?? otherwise ?? null);
    return this.lookup(name);
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.lookup(key) : undefined;
  }
}
