/** Expressions of the second reader, in the first reader's shape. */
import { own } from '../../../schema/contracts/own.ts';
import { find, identifier, lower, many, rawOf, text, tree, type Raw } from './second-raw.ts';
import { ordered, queryTree } from './second-query.ts';
import type { Tree } from './tree.ts';

const at = (raw: Raw, field: string): Tree => expressionTree(find(raw, field)!);
const isNegated = (raw: Raw): boolean => text(raw, 'negated') === 'true';
const isLeaf = (raw: unknown): raw is string => typeof raw === 'string';

const operators: Readonly<Record<string, string>> = {
  Plus: 'add',
  Minus: 'sub',
  Multiply: 'mul',
  Divide: 'div',
  Modulo: 'mod',
  StringConcat: 'concat',
  Eq: 'eq',
  NotEq: 'neq',
  Lt: 'lt',
  LtEq: 'lte',
  Gt: 'gt',
  GtEq: 'gte',
  And: 'and',
  Or: 'or',
  BitwiseAnd: 'bitwise_and',
  BitwiseOr: 'bitwise_or',
  BitwiseXor: 'bitwise_xor',
  Spaceship: 'null_safe_eq',
};

type Rule = (raw: Raw) => Tree;

const rules: Readonly<Record<string, Rule>> = {
  Identifier: (raw) => tree('column', { name: identifier(raw), table: null }),
  CompoundIdentifier: (raw) => path((raw as unknown as Raw[]).map(identifier)),
  Nested: (raw) => tree('paren', { this: expressionTree(raw) }),
  Value: (raw) => valueTree(find(raw, 'value') ?? raw),
  BinaryOp: (raw) => {
    const kind = isLeaf(find(raw, 'op')) ? own(operators, text(raw, 'op')!) : undefined;
    const sides = { left: at(raw, 'left'), right: at(raw, 'right') };
    return kind
      ? tree(kind, sides)
      : tree('operator', { this: sides.left, expression: sides.right, operator: null });
  },
  UnaryOp: (raw) => {
    const op = text(raw, 'op');
    if (op === 'Plus') return at(raw, 'expr');
    return tree(op === 'Not' ? 'not' : op === 'Minus' ? 'neg' : 'bitwise_not', { this: at(raw, 'expr') });
  },
  IsNull: (raw) => tree('is_null', { this: expressionTree(raw), not: false }),
  IsNotNull: (raw) => tree('is_null', { this: expressionTree(raw), not: true }),
  IsTrue: (raw) => tree('is_true', { this: expressionTree(raw), not: false }),
  IsNotTrue: (raw) => tree('is_true', { this: expressionTree(raw), not: true }),
  IsFalse: (raw) => tree('is_false', { this: expressionTree(raw), not: false }),
  IsNotFalse: (raw) => tree('is_false', { this: expressionTree(raw), not: true }),
  IsDistinctFrom: (raw) => distinctFrom('null_safe_neq', raw),
  IsNotDistinctFrom: (raw) => distinctFrom('null_safe_eq', raw),
  InList: (raw) =>
    tree('in', {
      this: at(raw, 'expr'),
      expressions: many(raw, 'list').map(expressionTree),
      query: null,
      not: isNegated(raw),
    }),
  InSubquery: (raw) =>
    tree('in', {
      this: at(raw, 'expr'),
      expressions: [],
      query: queryTree(find(raw, 'subquery')!),
      not: isNegated(raw),
    }),
  InUnnest: (raw) =>
    tree('in', {
      this: at(raw, 'expr'),
      expressions: [],
      query: null,
      unnest: at(raw, 'array_expr'),
      not: isNegated(raw),
    }),
  Between: (raw) =>
    tree('between', {
      this: at(raw, 'expr'),
      low: at(raw, 'low'),
      high: at(raw, 'high'),
      not: isNegated(raw),
    }),
  Like: (raw) => like('like', raw),
  ILike: (raw) => like('i_like', raw),
  RLike: (raw) =>
    negate(isNegated(raw), tree('regexp_like', { this: at(raw, 'expr'), pattern: at(raw, 'pattern') })),
  Cast: (raw) =>
    tree(text(raw, 'kind') === 'Cast' || text(raw, 'kind') === 'DoubleColon' ? 'cast' : 'try_cast', {
      this: at(raw, 'expr'),
      to: { data_type: 'custom', name: typeName(find(raw, 'data_type')) },
    }),
  TypedString: (raw) =>
    tree('literal', {
      literal_type: String(typeName(find(raw, 'data_type'))),
      value: text(find(find(raw, 'value'), 'value'), 'SingleQuotedString') ?? '',
    }),
  Case: (raw) =>
    tree('case', {
      operand: find(raw, 'operand') ? at(raw, 'operand') : null,
      whens: many(raw, 'conditions').map((each) => [at(each, 'condition'), at(each, 'result')]),
      else_: find(raw, 'else_result') ? at(raw, 'else_result') : null,
    }),
  Exists: (raw) => tree('exists', { this: queryTree(find(raw, 'subquery')!), not: isNegated(raw) }),
  Subquery: (raw) =>
    tree('subquery', { this: queryTree(raw), alias: null, column_aliases: [], lateral: false }),
  Tuple: (raw) => tree('tuple', { expressions: (raw as unknown as Raw[]).map(expressionTree) }),
  Array: (raw) => tree('array', { expressions: many(raw, 'elem').map(expressionTree) }),
  Struct: (raw) => tree('function', { name: 'struct', args: many(raw, 'values').map(expressionTree) }),
  Named: (raw) => {
    const argument = find(raw, 'arg');
    if (argument)
      return tree('named_argument', {
        name: identifier(find(raw, 'name')!),
        value: expressionTree(argument),
      });
    return tree('alias', {
      this: at(raw, 'expr'),
      alias: identifier(find(raw, 'name')!),
      column_aliases: [],
    });
  },
  Unnamed: (raw) => (isLeaf(raw) ? tree('star', { table: null }) : expressionTree(raw)),
  Expr: (raw) => expressionTree(raw),
  Interval: (raw) =>
    tree('interval', { this: at(raw, 'value'), unit: { type: 'simple', unit: text(raw, 'leading_field') } }),
  Extract: (raw) => tree('extract', { this: at(raw, 'expr'), field: text(raw, 'field') ?? 'unit' }),
  AtTimeZone: (raw) => tree('at_time_zone', { this: at(raw, 'timestamp'), zone: at(raw, 'time_zone') }),
  Lambda: (raw) => tree('lambda', { parameters: lambdaNames(find(raw, 'params')), body: at(raw, 'body') }),
  CompoundFieldAccess: (raw) => many(raw, 'access_chain').reduce(step, at(raw, 'root')),
  JsonAccess: (raw) => many(find(raw, 'path'), 'path').reduce(step, at(raw, 'value')),
  Function: functionTree,
  Rollup: (raw) => grouping('rollup', raw),
  Cube: (raw) => grouping('cube', raw),
  GroupingSets: (raw) => grouping('grouping_sets', raw),
};

/** An expression of a kind that has no rule becomes a call of its parts, named after it. */
export function expressionTree(raw: Raw): Tree {
  if (isLeaf(raw)) return raw === 'Wildcard' ? tree('star', { table: null }) : tree('var', { this: raw });
  const [kind] = Object.keys(raw);
  const data = kind === undefined ? undefined : (raw as Readonly<Record<string, unknown>>)[kind];
  const rule = kind === undefined ? undefined : own(rules, kind);
  if (rule) return rule(rawOf(data));
  return tree('function', { name: lower(kind ?? 'unknown'), args: [...partsIn(data)] });
}

function* partsIn(value: unknown): Generator<Tree> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const each of value) yield* partsIn(each);
  else {
    const keys = Object.keys(value);
    if (keys.length === 1 && own(rules, keys[0]!)) yield expressionTree(rawOf(value));
    else
      for (const key of keys)
        if (key !== 'data_type') yield* partsIn((value as Record<string, unknown>)[key]);
  }
}

function path(parts: readonly ReturnType<typeof identifier>[]): Tree {
  const [head, second, ...others] = parts;
  const start = second
    ? tree('column', { name: second, table: head })
    : tree('column', { name: head, table: null });
  return others.reduce((inner, field) => tree('dot', { this: inner, field }), start);
}

function valueTree(value: Raw): Tree {
  if (isLeaf(value)) return tree('null', {});
  const [kind] = Object.keys(value);
  const data = kind === undefined ? undefined : (value as Readonly<Record<string, unknown>>)[kind];
  if (kind === 'Number')
    return tree('literal', { literal_type: 'number', value: String((data as unknown[])[0]) });
  if (kind === 'Boolean') return tree('boolean', { value: data });
  if (kind === 'Placeholder')
    return tree('parameter', { name: String(data).replace(/^[:$@?]+/, '') || '?', index: null });
  const written = typeof data === 'string' ? data : (text(rawOf(data), 'value') ?? '');
  return tree('literal', { literal_type: 'string', value: written });
}

const negate = (isNot: boolean, inner: Tree): Tree => (isNot ? tree('not', { this: inner }) : inner);
const like = (kind: string, raw: Raw): Tree =>
  negate(
    isNegated(raw),
    tree(kind, {
      left: at(raw, 'expr'),
      right: at(raw, 'pattern'),
      quantifier: text(raw, 'any') === 'true' ? 'ANY' : null,
    }),
  );
const distinctFrom = (kind: string, raw: Raw): Tree => {
  const [left, right] = raw as unknown as [Raw, Raw];
  return tree(kind, { left: expressionTree(left), right: expressionTree(right) });
};
const grouping = (kind: string, raw: Raw): Tree =>
  tree(kind, {
    expressions: (raw as unknown as Raw[][]).map((set) =>
      set.length === 1 ? expressionTree(set[0]!) : tree('tuple', { expressions: set.map(expressionTree) }),
    ),
  });

/** One step into a value: a field, an index, a path of JSON. */
function step(inner: Tree, access: Raw): Tree {
  const dot = find(access, 'Dot');
  if (dot) {
    const key = text(dot, 'key');
    const field =
      key === undefined ? identifier(find(dot, 'Identifier') ?? dot) : { name: key, quoted: false };
    return tree('dot', { this: inner, field });
  }
  const subscript = find(find(access, 'Subscript'), 'Index') ?? find(access, 'Bracket');
  const index = find(subscript, 'index') ?? find(subscript, 'key');
  return index ? tree('subscript', { this: inner, index: expressionTree(index) }) : inner;
}

const lambdaNames = (params: Raw | undefined): object[] => {
  const found = find(params, 'Many') ?? find(params, 'One') ?? params;
  return (Array.isArray(found) ? (found as Raw[]) : found ? [found] : []).map((each) =>
    identifier(find(each, 'name') ?? each),
  );
};

function typeName(type: Raw | undefined): string {
  if (isLeaf(type)) return type.toLowerCase();
  const [kind] = Object.keys(type ?? {});
  return kind === undefined ? 'unknown' : kind === 'Custom' ? 'custom' : kind.toLowerCase();
}

function functionTree(raw: Raw): Tree {
  const name = many(raw, 'name')
    .map((part) => identifier(find(part, 'Identifier') ?? part).name)
    .join('.');
  const list = find(find(raw, 'args'), 'List');
  const query = find(find(raw, 'args'), 'Subquery');
  const clauses = many(list, 'clauses');
  const order = [...clauses.flatMap((each) => many(each, 'OrderBy')), ...many(raw, 'within_group')].map(
    ordered,
  );
  const filter = find(raw, 'filter');
  const args = query ? [queryTree(query)] : many(list, 'args').map(expressionTree);
  const isStar = args.length === 1 && 'star' in args[0]!;
  const distinct = text(list, 'duplicate_treatment') === 'Distinct';
  const call =
    isStar && name.toLowerCase() === 'count'
      ? tree('count', { this: null, star: true, distinct: false, filter: null })
      : tree('function', { name, args, distinct });
  const sorted = order.length > 0 ? tree('within_group', { this: call, order_by: order }) : call;
  const filtered = filter ? tree('filter', { this: sorted, expression: expressionTree(filter) }) : sorted;
  const over = find(raw, 'over');
  if (!over) return filtered;
  return tree('window_function', { this: filtered, over: overOf(over) });
}

export function overOf(over: Raw): object {
  const spec = find(over, 'WindowSpec') ?? find(over, 'WindowSpecification');
  const named = find(over, 'NamedWindow') ?? find(spec, 'window_name');
  return {
    window_name: named ? identifier(named) : null,
    partition_by: many(spec, 'partition_by').map(expressionTree),
    order_by: many(spec, 'order_by').map(ordered),
    frame: null,
  };
}
