import type { TSESTree } from '@typescript-eslint/typescript-estree';
import type { WriteMode } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import type {
  CteDefinition,
  Expression,
  Join,
  ProjectItem,
  Relation,
  SortKey,
} from '../../../schema/contracts/relation.ts';
import { linesOf, type Run } from '../run.ts';
import { addBuild, addUse } from '../sql.ts';

/** A query on its way through a chain of builder calls. Each call gives a new state. */
export interface Query {
  readonly kind: 'select' | 'insert' | 'update' | 'delete' | 'truncate';
  readonly target?: NameRef;
  readonly from?: Relation;
  readonly predicates: readonly Expression[];
  readonly having: readonly Expression[];
  readonly items: readonly ProjectItem[];
  readonly keys: readonly Expression[];
  readonly order: readonly SortKey[];
  readonly limit?: number;
  readonly limited?: boolean;
  readonly distinct?: boolean;
  readonly distinctOn?: readonly Expression[];
  readonly ctes: readonly CteDefinition[];
  /** Those of the query around it, which its names may mean too. */
  readonly outer?: readonly CteDefinition[];
  readonly set?: {
    readonly kind: 'union' | 'intersect' | 'except';
    readonly all: boolean;
    readonly others: readonly Relation[];
  };
  readonly columns?: readonly string[];
  /** The rows of an insert. */
  readonly rows?: Relation;
  readonly uniqueKey?: readonly string[];
  readonly node: TSESTree.Node;
  readonly by: string | undefined;
  /** How many builder calls made it: a bare table is no query yet. */
  readonly steps: number;
}

export function newQuery(
  kind: Query['kind'],
  node: TSESTree.Node,
  run: Run,
  parts: Partial<Query> = {},
): Query {
  return {
    kind,
    predicates: [],
    having: [],
    items: [],
    keys: [],
    order: [],
    ctes: [],
    node,
    by: run.by,
    steps: 0,
    ...parts,
  };
}

/** Queries that no later call has taken further: what is left at the end of the file is what runs. */
const open = new WeakMap<Run, Set<Query>>();

const openOf = (run: Run): Set<Query> => {
  const known = open.get(run) ?? new Set<Query>();
  open.set(run, known);
  return known;
};

/** Notes a new state of a query; `taken` are those that it continues or holds. */
export function noteQuery(query: Query, run: Run, ...taken: readonly (Query | undefined)[]): Query {
  const all = openOf(run);
  for (const each of taken) if (each !== undefined) all.delete(each);
  all.add(query);
  return query;
}

export function takeQuery(query: Query, run: Run): void {
  openOf(run).delete(query);
}

const always: Relation = { op: 'values', columns: [], rows: [[]] };

/** The rows of a select. */
export function relationOf(query: Query): Relation {
  let relation: Relation = query.from ?? always;
  for (const predicate of query.predicates)
    relation = { op: 'filter', input: relation, predicate, clause: 'where' };
  const items: readonly ProjectItem[] = query.items.length > 0 ? query.items : [{ value: { ex: 'star' } }];
  const folds = items.some(({ value }) => value.ex === 'call' && value.aggregate === true);
  relation =
    query.keys.length > 0 || folds
      ? { op: 'aggregate', input: relation, keys: query.keys, items }
      : { op: 'project', input: relation, items };
  for (const predicate of query.having)
    relation = { op: 'filter', input: relation, predicate, clause: 'having' };
  if (query.distinct === true || query.distinctOn !== undefined) {
    relation = {
      op: 'distinct',
      input: relation,
      ...(query.distinctOn === undefined ? {} : { on: query.distinctOn }),
    };
  }
  if (query.set !== undefined) {
    const { kind, all, others } = query.set;
    relation = { op: 'set', kind, all, inputs: [relation, ...others] };
  }
  if (query.order.length > 0) relation = { op: 'sort', input: relation, by: query.order };
  if (query.limited === true)
    relation = { op: 'limit', input: relation, ...(query.limit === undefined ? {} : { count: query.limit }) };
  return query.ctes.length > 0 ? { op: 'with', ctes: query.ctes, body: relation } : relation;
}

/** Builds and uses of the queries that the file made and did not take further. */
export function flushBuilders(run: Run): void {
  for (const query of openOf(run)) {
    if (query.steps === 0) continue;
    run.by = query.by;
    emit(query, run);
  }
  run.by = undefined;
  open.delete(run);
}

const writes: Readonly<Record<string, WriteMode>> = {
  insert: 'append',
  update: 'update',
  delete: 'delete',
  truncate: 'delete',
};

function emit(query: Query, run: Run): void {
  const lines = linesOf(run, query.node);
  const counts = run.out.statements;
  run.out.statements = { ...counts, total: counts.total + 1, parsed: counts.parsed + 1 };
  if (query.kind === 'select') {
    const relation = relationOf(query);
    addUse(readsOf(relation), relation, lines, run);
    return;
  }
  if (query.target === undefined) return;
  const rows = query.kind === 'insert' ? query.rows : undefined;
  const read = rows ?? (query.kind === 'update' && query.from !== undefined ? relationOf(query) : undefined);
  const withCtes: Relation | undefined =
    read !== undefined && rows !== undefined && query.ctes.length > 0
      ? { op: 'with', ctes: query.ctes, body: read }
      : read;
  addBuild(
    {
      target: query.target,
      kind: 'table',
      write: query.uniqueKey === undefined ? (writes[query.kind] ?? 'append') : 'merge',
      lines,
      reads: withCtes === undefined ? [] : readsOf(withCtes),
      ...(withCtes === undefined ? {} : { relation: withCtes }),
      ...(query.columns === undefined ? {} : { columns: query.columns }),
      ...(query.uniqueKey === undefined ? {} : { uniqueKey: query.uniqueKey }),
    },
    run,
  );
}

export function joined(
  query: Query,
  kind: Join['kind'],
  right: Relation,
  on: Expression | undefined,
  line: number,
): Relation {
  const left = query.from ?? always;
  return on === undefined
    ? { op: 'join', kind: kind === 'inner' ? 'cross' : kind, left, right, line }
    : { op: 'join', kind, left, right, on, line };
}
