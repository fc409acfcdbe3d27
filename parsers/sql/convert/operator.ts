/** Operators, comparisons, CASE and casts. */
import type { BinaryExpression, Expression } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import type { Env } from './env.ts';
import { parseTrees } from '../readers/first-reader.ts';
import { kindOf, present, type Data, type Handlers, type Kind, type Tree } from '../readers/tree.ts';
import { typeText } from './type-text.ts';

type Binary = Data<'and'>;
const binary =
  (op: string) =>
  (data: Binary, env: Env): Expression => ({
    ex: 'binary',
    op,
    left: convertExpression(data.left, env),
    right: convertExpression(data.right, env),
  });

/** Chains of these may be thousands long; they are associative, so they are built as balanced trees. */
const chain =
  (kind: 'and' | 'or' | 'concat' | 'add', op: string) =>
  (data: Binary, env: Env): Expression => {
    const operands: Expression[] = [convertExpression(data.right, env)];
    let left: Tree = data.left;
    while (kindOf(left) === kind) {
      const next = (left as unknown as Readonly<Record<string, Binary>>)[kind]!;
      operands.push(convertExpression(next.right, env));
      left = next.left;
    }
    operands.push(convertExpression(left, env));
    return combine(operands.reverse(), op);
  };

const longChain = 64;

function combine(operands: readonly Expression[], op: string): Expression {
  if (operands.length <= longChain)
    return operands.reduce((left, right): BinaryExpression => ({ ex: 'binary', op, left, right }));
  const middle = operands.length >> 1;
  return {
    ex: 'binary',
    op,
    left: combine(operands.slice(0, middle), op),
    right: combine(operands.slice(middle), op),
  };
}

const not = (value: Expression): Expression => ({ ex: 'unary', op: 'NOT', value });
const negated = (isNot: boolean, value: Expression): Expression => (isNot ? not(value) : value);
const unary =
  (op: string) =>
  (data: { this: Tree }, env: Env): Expression => ({
    ex: 'unary',
    op,
    value: convertExpression(data.this, env),
  });

const binaries = {
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  eq: '=',
  neq: '<>',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  bitwise_and: '&',
  bitwise_or: '|',
  bitwise_xor: '^',
  bitwise_left_shift: '<<',
  bitwise_right_shift: '>>',
  null_safe_eq: 'IS NOT DISTINCT FROM',
  null_safe_neq: 'IS DISTINCT FROM',
  is: 'IS',
  glob: 'GLOB',
  array_contains_all: '@>',
  array_contained_by: '<@',
  array_overlaps: '&&',
  ts_match: '@@',
  match: 'MATCH',
  adjacent: '-|-',
  member_of: 'MEMBER OF',
} as const satisfies Partial<Record<Kind, string>>;

export const operatorHandlers: Handlers<Env, Expression> = {
  ...(Object.fromEntries(Object.entries(binaries).map(([kind, op]) => [kind, binary(op)])) as Handlers<
    Env,
    Expression
  >),
  and: chain('and', 'AND'),
  or: chain('or', 'OR'),
  add: chain('add', '+'),
  concat: chain('concat', '||'),
  d_pipe: (data, env) => ({
    ex: 'binary',
    op: '||',
    left: convertExpression(data.this, env),
    right: convertExpression(data.expression, env),
  }),
  xor: (data, env) => ({
    ex: 'opaque',
    parts: present(data.this, data.expression, ...data.expressions).map((each) =>
      convertExpression(each, env),
    ),
    text: 'xor',
  }),
  not: unary('NOT'),
  neg: unary('-'),
  bitwise_not: unary('~'),
  is_null: (data, env) => ({
    ex: 'unary',
    op: data.not ? 'IS NOT NULL' : 'IS NULL',
    value: convertExpression(data.this, env),
  }),
  is_true: (data, env) => ({
    ex: 'unary',
    op: data.not ? 'IS NOT TRUE' : 'IS TRUE',
    value: convertExpression(data.this, env),
  }),
  is_false: (data, env) => ({
    ex: 'unary',
    op: data.not ? 'IS NOT FALSE' : 'IS FALSE',
    value: convertExpression(data.this, env),
  }),
  like: (data, env) => convertLike('LIKE', data, env),
  i_like: (data, env) => convertLike('ILIKE', data, env),
  similar_to: (data, env) =>
    negated(data.not, {
      ex: 'binary',
      op: 'SIMILAR TO',
      left: convertExpression(data.this, env),
      right: convertExpression(data.pattern, env),
    }),
  regexp_like: (data, env) => ({
    ex: 'binary',
    op: 'RLIKE',
    left: convertExpression(data.this, env),
    right: convertExpression(data.pattern, env),
  }),
  between: (data, env) =>
    negated(data.not, {
      ex: 'between',
      value: convertExpression(data.this, env),
      low: convertExpression(data.low, env),
      high: convertExpression(data.high, env),
    }),
  case: (data, env) => ({
    ex: 'case',
    ...(data.operand ? { operand: convertExpression(data.operand, env) } : {}),
    branches: data.whens.map(([when, then]) => ({
      when: convertExpression(when, env),
      then: convertExpression(then, env),
    })),
    ...(data.else_ ? { otherwise: convertExpression(data.else_, env) } : {}),
  }),
  cast: (data, env) => convertCast(data, false, env),
  try_cast: (data, env) => convertCast(data, true, env),
  safe_cast: (data, env) => convertCast(data, true, env),
  raw: (data, env) => {
    // `NOT a LIKE b` comes back as text; without its NOT it is understood.
    const inner = /^NOT\s([^]*)/i.exec(data.sql)?.[1];
    const parsed = parseTrees(`SELECT * FROM t WHERE ${inner ?? data.sql}`, env.dialect);
    const tree = 'trees' in parsed ? parsed.trees[0] : undefined;
    const condition = tree && 'select' in tree ? tree.select.where_clause?.this : undefined;
    if (condition && !('raw' in condition || 'and' in condition || 'or' in condition))
      return negated(inner !== undefined, convertExpression(condition, env));
    env.report('sql.unknown_expression', `Not understood: ${data.sql.slice(0, 80)}`);
    return { ex: 'opaque', parts: [], text: data.sql };
  },
  paren: (data, env) => convertExpression(data.this, env),
  annotated: (data, env) => convertExpression(data.this, env),
  collation: (data, env) => convertExpression(data.this, env),
  prior: (data, env) => convertExpression(data.this, env),
  connect_by_root: (data, env) => convertExpression(data.this, env),
  at_time_zone: (data, env) => ({
    ex: 'call',
    name: 'timezone',
    args: [convertExpression(data.zone, env), convertExpression(data.this, env)],
  }),
  operator: (data, env) => ({
    ex: 'opaque',
    parts: [convertExpression(data.this, env), convertExpression(data.expression, env)],
    text: 'operator',
  }),
};

function convertCast(data: Data<'cast'>, safe: boolean, env: Env): Expression {
  return {
    ex: 'cast',
    value: convertExpression(data.this, env),
    type: typeText(data.to),
    ...(safe ? { safe } : {}),
  };
}

/** `LIKE ANY (…)` is any of several LIKEs. */
function convertLike(op: string, data: Data<'like'>, env: Env): Expression {
  const left = convertExpression(data.left, env);
  const patterns = data.quantifier && 'tuple' in data.right ? data.right.tuple.expressions : [data.right];
  const all = patterns.map((each): Expression => ({
    ex: 'binary',
    op,
    left,
    right: convertExpression(each, env),
  }));
  return combine(all, data.quantifier?.toUpperCase() === 'ALL' ? 'AND' : 'OR');
}
