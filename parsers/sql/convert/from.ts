/** FROM: tables, subqueries, joins, arrays and functions as sources of rows. */
import { words } from '../text/words.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Expression, Join, Relation, Scan } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import { convertPivot, convertUnpivot } from './pivot.ts';
import { convertQuery } from './query.ts';
import { convertFunctionSource, convertLateral, convertLateralView, convertUnnest, renamed } from './rows.ts';
import { opaqueRelation } from './unknown.ts';
import { at, findCte, isSource, nothing, type Env } from './env.ts';
import { tableName } from './table-name.ts';
import { dispatch, present, type Data, type Handlers, type Tree } from '../readers/tree.ts';

/** Dialects in which `FROM t, t.items` goes through an array of `t`. */
const pathsInFrom: ReadonlySet<Dialect> = new Set(['bigquery', 'redshift', 'generic']);

const sources: Handlers<Env, Relation> = {
  table: convertTable,
  subquery: (data, env) => {
    const relation = convertQuery({ subquery: data }, env);
    if (data.alias) declare(env, data.alias.name);
    return relation;
  },
  select: (data, env) => convertQuery({ select: data }, env),
  union: (data, env) => convertQuery({ union: data }, env),
  intersect: (data, env) => convertQuery({ intersect: data }, env),
  except: (data, env) => convertQuery({ except: data }, env),
  annotated: (data, env) => convertSource(data.this, env),
  paren: (data, env) => convertSource(data.this, env),
  alias: convertAliased,
  unnest: convertUnnest,
  function: (data, env) => convertFunctionSource({ function: data }, env),
  lateral: convertLateral,
  values: convertValues,
  joined_table: (data, env) => {
    let relation = joinAll(convertSource(data.left, env), data.joins, env);
    for (const view of data.lateral_views) relation = convertLateralView(relation, view, env);
    if (!data.alias) return relation;
    declare(env, data.alias.name);
    return { op: 'alias', input: relation, name: data.alias.name };
  },
  pivot: (data, env) => convertPivot(data, env),
  unpivot: (data, env) => convertUnpivot(data, env),
  column: (data, env) =>
    convertTable(
      {
        name: data.name,
        schema: data.table,
        catalog: null,
        alias: null,
        column_aliases: [],
      } as unknown as Data<'table'>,
      env,
    ),
};

/** Makes a source's name known to the sources after it and to the rest of the query. */
export function declare(env: Env, name: string): void {
  env.sources?.names.add(name.toLowerCase());
}

export function convertSource(tree: Tree, env: Env): Relation {
  return (
    dispatch<Env, Relation>(sources, tree, env) ??
    (isCall(tree) ? convertFunctionSource(tree, env) : opaqueRelation(tree, env))
  );
}

/** Functions that the first reader has node kinds of their own for may stand in FROM too. */
const calls: ReadonlySet<string> = words(`
  explode explode_outer generate_series sequence exploding_generate_series j_s_o_n_table open_j_s_o_n
  read_c_s_v read_parquet predict generate_embedding vector_search m_l_forecast features_at_time
  method_call stage_reference gap_fill array_flatten parameter anonymous json_keys x_m_l_table
  approx_top_k m_l_translate split
`);
const isCall = (tree: Tree): boolean => Object.keys(tree).some((kind) => calls.has(kind));

/** Reads FROM and its joins; the environment returned knows the names of all the sources. Undefined without FROM. */
export function convertFrom(
  select: Pick<Data<'select'>, 'from' | 'joins' | 'lateral_views'>,
  outer: Env,
): { relation: Relation; env: Env } | undefined {
  const env: Env = { ...outer, sources: { names: new Set(), outer: outer.sources } };
  const [first, ...others] = select.from?.expressions ?? [];
  if (!first) return undefined;
  let relation = convertSource(first, env);
  for (const other of others) {
    const right = convertSource(other, env);
    relation = cross(relation, right, isLateral(right) || isLateralTree(other));
  }
  relation = joinAll(relation, select.joins, env);
  for (const view of select.lateral_views) relation = convertLateralView(relation, view, env);
  return { relation, env };
}

const isLateralTree = (tree: Tree): boolean =>
  'lateral' in tree || ('subquery' in tree && tree.subquery.lateral);

function cross(left: Relation, right: Relation, lateral: boolean): Join {
  return { op: 'join', kind: 'cross', left, right, ...(lateral ? { lateral } : {}) };
}

export function joinAll(left: Relation, joins: readonly Data<'join'>[], env: Env): Relation {
  return joins.reduce<Relation>((relation, join) => convertJoin(relation, join, env), left);
}

const kinds: Partial<Record<Data<'join'>['kind'], Join['kind']>> = {
  Left: 'left',
  NaturalLeft: 'left',
  OuterApply: 'left',
  LeftLateral: 'left',
  LeftArray: 'left',
  Right: 'right',
  NaturalRight: 'right',
  Full: 'full',
  Outer: 'full',
  NaturalFull: 'full',
  Semi: 'semi',
  LeftSemi: 'semi',
  RightSemi: 'semi',
  Anti: 'anti',
  LeftAnti: 'anti',
  RightAnti: 'anti',
  AsOf: 'asof',
  AsOfLeft: 'asof',
  AsOfRight: 'asof',
  Cross: 'cross',
  Implicit: 'cross',
  CrossApply: 'cross',
  Array: 'cross',
  Positional: 'cross',
  Paste: 'cross',
};

function convertJoin(left: Relation, join: Data<'join'>, env: Env): Relation {
  const isArray = join.kind === 'Array' || join.kind === 'LeftArray';
  const right = isArray ? arraySource(join.this, env) : convertSource(join.this, env);
  const on = present(join.on, join.match_condition)
    .map((each) => convertExpression(each, env))
    .reduce<Expression | undefined>(
      (all, each) => (all ? { ex: 'binary', op: 'AND', left: all, right: each } : each),
      undefined,
    );
  const using = join.kind.startsWith('Natural') ? 'natural' : join.using.map((each) => each.name);
  const conditional = on !== undefined || using.length > 0;
  const lateral =
    join.kind.includes('Apply') ||
    join.kind.includes('Lateral') ||
    isLateral(right) ||
    isLateralTree(join.this);
  const kind = kinds[join.kind] ?? (conditional ? 'inner' : 'cross');
  const [first, second] = join.kind.startsWith('Right') && kind !== 'right' ? [right, left] : [left, right];
  return {
    op: 'join',
    // A condition beside a comma or CROSS is a join condition all the same.
    kind: kind === 'cross' && conditional ? 'inner' : kind,
    left: first,
    right: second,
    ...(lateral ? { lateral: true } : {}),
    ...(on ? { on } : {}),
    ...(using.length > 0 ? { using } : {}),
    ...at(env, join),
  };
}

/** ClickHouse's ARRAY JOIN names columns, not tables. */
function arraySource(tree: Tree, env: Env): Relation {
  const alias = 'alias' in tree ? tree.alias.alias.name : undefined;
  const value = 'alias' in tree ? convertExpression(tree.alias.this, env) : convertExpression(tree, env);
  const column = alias ?? (value.ex === 'column' ? value.name : undefined);
  return { op: 'unnest', value, columns: column === undefined ? [] : [column], ...at(env, tree) };
}

function isLateral(relation: Relation): boolean {
  if (relation.op === 'alias') return isLateral(relation.input);
  return relation.op === 'unnest' || relation.op === 'table_function';
}

function convertTable(table: Data<'table'>, env: Env): Relation {
  const name = tableName(table, env);
  // The reader makes up an alias for views of INFORMATION_SCHEMA.
  const madeUp =
    table.alias && !table.alias.span && name.parts.some((part) => /^INFORMATION_SCHEMA\b/i.test(part));
  const alias = madeUp ? undefined : table.alias?.name;
  declare(env, alias ?? name.parts.at(-1)!);
  return renamed(tableRows(table, name, env), alias, table.column_aliases ?? [], env);
}

function tableRows(table: Data<'table'>, name: Scan['table'], env: Env): Relation {
  const line = name.line === undefined ? {} : { line: name.line };
  if (table.identifier_func) return { op: 'opaque', reads: [], reason: 'computed name', ...line };
  if (name.parts.length === 1) {
    const cte = findCte(env, name.parts[0]!);
    cte?.onUse?.();
    if (cte) return { op: 'cte', name: name.parts[0]!, ...line };
    if (env.variables.has(name.parts[0]!.toLowerCase())) return nothing;
  } else if (pathsInFrom.has(env.dialect) && isSource(env, name.parts[0]!)) {
    const value: Expression = {
      ex: 'column',
      qualifier: name.parts.slice(0, -1),
      name: name.parts.at(-1)!,
      ...line,
    };
    return { op: 'unnest', value, columns: table.alias ? [table.alias.name] : [name.parts.at(-1)!], ...line };
  }
  const sample = table.table_sample && convertExpression(table.table_sample.size, env);
  // A sample of nothing is how a repair writes time travel.
  const isTravel = sample?.ex === 'literal' && sample.value === '0';
  const partial =
    sample && !isTravel
      ? 'sample'
      : isTravel || table.when || table.version || table.system_time || table.changes
        ? 'time_travel'
        : undefined;
  return { op: 'scan', table: name, ...(partial ? { partial } : {}), ...line };
}

function convertAliased(data: Data<'alias'>, env: Env): Relation {
  const name = data.alias.name;
  const columns = data.column_aliases.map((each) => each.name);
  const inner = data.this;
  if ('unnest' in inner) {
    const column_aliases = data.column_aliases;
    return convertUnnest(
      { ...inner.unnest, alias: data.alias },
      env,
      column_aliases.map((each) => each.name),
    );
  }
  if (isCall(inner) || 'function' in inner) return convertFunctionSource(inner, env, name, columns);
  const relation = convertSource(inner, env);
  declare(env, name);
  return {
    op: 'alias',
    input: relation,
    name,
    ...(columns.length > 0 ? { columns } : {}),
    ...at(env, data.alias),
  };
}

function convertValues(data: Data<'values'>, env: Env): Relation {
  const columns = data.column_aliases.map((each) => each.name);
  const rows = data.expressions.map((row) => row.expressions.map((each) => convertExpression(each, env)));
  const values: Relation = { op: 'values', columns, rows, ...at(env, data) };
  if (!data.alias) return values;
  declare(env, data.alias.name);
  return { op: 'alias', input: values, name: data.alias.name };
}
