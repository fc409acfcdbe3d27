/** MERGE, UPDATE and DELETE as builds: which rows come in, and by what they are matched. */
import type { Build } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Expression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { readsOf, subqueriesOf } from '../../../schema/contracts/relation-walk.ts';
import { convertExpression } from './expression.ts';
import { convertSource, joinAll } from './from.ts';
import { withCtes } from './query.ts';
import { at, type Env } from './env.ts';
import { tableName } from './table-name.ts';
import { linesOf, type Outcome, type Source } from '../statements/statement.ts';
import type { Data, Tree } from '../readers/tree.ts';

interface Target {
  readonly name: NameRef;
  readonly alias: string;
}

function targetOf(tree: Tree, env: Env): Target | undefined {
  if ('alias' in tree) {
    const inner = targetOf(tree.alias.this, env);
    return inner && { ...inner, alias: tree.alias.alias.name };
  }
  if (!('table' in tree)) return undefined;
  const name = tableName(tree.table, env);
  return { name, alias: tree.table.alias?.name ?? name.parts.at(-1)! };
}

export function convertMerge(data: Data<'merge'>, source: Source, outer: Env): Outcome | undefined {
  const target = targetOf(data.this, outer);
  if (!target) return undefined;
  const clause = data.with_ && 'with' in data.with_ ? data.with_.with : null;
  let mergeOn: Expression | undefined;
  let actions: Actions = { inserts: [], updates: [], reads: [] };
  let rows: Relation | undefined;
  const relation = withCtes(clause, outer, (scoped) => {
    const env: Env = { ...scoped, sources: { names: new Set(), outer: undefined } };
    rows = convertSource(data.using, env);
    mergeOn = data.on ? convertExpression(data.on, env) : undefined;
    actions = actionsOf(data.whens, env);
    const items = actions.inserts.length > 0 ? actions.inserts : [];
    return items.length > 0 ? { op: 'project', input: rows, items, ...at(env, data.whens) } : rows;
  });
  const columns = actions.inserts.flatMap((item) => item.name ?? []);
  const uniqueKey = mergeOn ? keysOf(mergeOn, target) : [];
  const extra = [
    ...(mergeOn ? readsIn([mergeOn]) : []),
    ...readsIn(actions.updates.map((item) => item.value)),
  ];
  const reads = distinct([...readsOf(relation), ...extra]);
  const build: Build = {
    target: target.name,
    kind: 'table',
    write: 'merge',
    lines: linesOf(source),
    relation,
    ...(columns.length > 0 ? { columns } : {}),
    ...(uniqueKey.length > 0 ? { uniqueKey } : {}),
    ...(mergeOn ? { mergeOn } : {}),
    reads,
  };
  return { kind: 'build', status: 'parsed', build, reads };
}

interface Actions {
  readonly inserts: readonly ProjectItem[];
  readonly updates: readonly ProjectItem[];
  readonly reads: readonly NameRef[];
}

/** The first INSERT's columns with their values, and all the assignments of UPDATEs. */
function actionsOf(whens: Tree | null, env: Env): Actions {
  const inserts: ProjectItem[] = [];
  const updates: ProjectItem[] = [];
  for (const when of whens && 'whens' in whens ? whens.whens.expressions : []) {
    if (!('when' in when) || !('tuple' in when.when.then)) continue;
    const [verb, first, second] = when.when.then.tuple.expressions;
    const word = verb && 'var' in verb ? verb.var.this.toUpperCase() : '';
    if (word === 'UPDATE' && first && 'tuple' in first)
      for (const each of first.tuple.expressions)
        if ('eq' in each)
          updates.push({ name: nameOf(each.eq.left), value: convertExpression(each.eq.right, env) });
    if (word === 'INSERT' && inserts.length === 0 && first && second && 'tuple' in first && 'tuple' in second)
      second.tuple.expressions.forEach((value, index) => {
        const column = first.tuple.expressions[index];
        inserts.push({
          ...(column ? { name: nameOf(column) } : {}),
          value: convertExpression(value, env),
          ...at(env, value),
        });
      });
  }
  return { inserts, updates, reads: [] };
}

function nameOf(tree: Tree): string {
  if ('identifier' in tree) return tree.identifier.name;
  if ('column' in tree) return tree.column.name.name;
  if ('dot' in tree) return tree.dot.field.name;
  return '';
}

/** Columns of the target that ON requires to be equal to something. */
function keysOf(on: Expression, target: Target): string[] {
  if (on.ex !== 'binary') return [];
  if (on.op === 'AND') return [...keysOf(on.left, target), ...keysOf(on.right, target)];
  if (on.op !== '=' && on.op !== 'IS NOT DISTINCT FROM') return [];
  const mine = (side: Expression) =>
    side.ex === 'column' && side.qualifier?.at(-1)?.toLowerCase() === target.alias.toLowerCase()
      ? side.name
      : undefined;
  const name = mine(on.left) ?? mine(on.right);
  return name === undefined ? [] : [name];
}

export function convertUpdate(data: Data<'update'>, source: Source, outer: Env): Outcome {
  const target = targetOf({ table: data.table }, outer)!;
  const relation = withCtes(data.with, outer, (scoped): Relation => {
    const env: Env = { ...scoped, sources: { names: new Set(), outer: undefined } };
    let rows = convertSource({ table: data.table }, env);
    for (const other of [
      ...data.extra_tables.map((table): Tree => ({ table })),
      ...(data.from_clause?.expressions ?? []),
    ])
      rows = { op: 'join', kind: 'cross', left: rows, right: convertSource(other, env) };
    rows = joinAll(rows, [...data.table_joins, ...data.from_joins], env);
    if (data.where_clause)
      rows = {
        op: 'filter',
        input: rows,
        predicate: convertExpression(data.where_clause.this, env),
        clause: 'where',
        ...at(env, data.where_clause),
      };
    const items = data.set.map(([column, value]) => ({
      name: column.name.split('.').at(-1)!,
      value: convertExpression(value, env),
      ...at(env, column),
    }));
    return { op: 'project', input: rows, items };
  });
  const columns = relation.op === 'project' ? relation.items.flatMap((item) => item.name ?? []) : [];
  // The target is read by its own update; that is no edge.
  const reads = readsOf(relation).filter((each) => !same(each, target.name));
  const build: Build = {
    target: target.name,
    kind: 'table',
    write: 'update',
    lines: linesOf(source),
    relation,
    columns,
    reads,
  };
  return { kind: 'build', status: 'parsed', build, reads };
}

export function convertDelete(data: Data<'delete'>, source: Source, outer: Env): Outcome {
  const named = targetOf({ table: data.table }, outer)!;
  const target = data.alias ? { ...named, alias: data.alias.name } : named;
  const env: Env = { ...outer, sources: { names: new Set([target.alias.toLowerCase()]), outer: undefined } };
  let reads: readonly NameRef[] = [];
  withCtes(data.with, env, (scoped): Relation => {
    const using = data.using.map((table) => convertSource({ table }, scoped));
    const joined = data.joins.map((join) => convertSource(join.this, scoped));
    const where = data.where_clause ? [convertExpression(data.where_clause.this, scoped)] : [];
    reads = [...[...using, ...joined].flatMap(readsOf), ...readsIn(where)];
    return { op: 'values', columns: [], rows: [] };
  });
  const found = distinct(reads).filter((each) => !same(each, target.name));
  const all =
    !data.where_clause || ('boolean' in data.where_clause.this && data.where_clause.this.boolean.value);
  const build: Build = {
    target: target.name,
    kind: 'table',
    write: 'delete',
    lines: linesOf(source),
    reads: found,
  };
  return {
    kind: 'build',
    status: 'parsed',
    build,
    reads: found,
    removes: { table: target.name, what: all ? 'all_rows' : 'some_rows' },
  };
}

const same = (left: NameRef, right: NameRef): boolean =>
  left.parts.join('.').toLowerCase() === right.parts.join('.').toLowerCase();

const readsIn = (expressions: readonly Expression[]): NameRef[] =>
  expressions.flatMap((each) => subqueriesOf(each).flatMap(readsOf));

function distinct(names: readonly NameRef[]): NameRef[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const key = JSON.stringify(name.parts);
    return !seen.has(key) && seen.add(key);
  });
}
