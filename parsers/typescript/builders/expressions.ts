import type { CteDefinition, Expression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { hasHole, readable } from '../../runtime-text.ts';
import { readExpressions } from '../../embedded-sql.ts';
import { lineOf, type Run } from '../run.ts';
import { codeTable } from '../sql.ts';
import { hostValue, printed, textOf, type CallSite, type Host, type Value } from '../values.ts';

/** An expression as a library's object: `.as('x')` names it, comparisons go on from it. */
export interface ExpressionHost extends Host {
  readonly expression: Expression;
  readonly alias?: string;
}

export function expressionValue(expression: Expression, alias?: string): Value {
  const host: ExpressionHost = {
    type: 'expression',
    expression,
    ...(alias === undefined ? {} : { alias }),
    method: (name, args) => {
      const text = textOf(args[0]);
      if (name === 'as' && text !== undefined) return expressionValue(expression, text);
      if (name === 'distinct' && expression.ex === 'call')
        return expressionValue({ ...expression, distinct: true });
      if (/^(filterWhere|over|orderBy|\$castTo|\$notNull)$/.test(name))
        return expressionValue({ ex: 'opaque', parts: [expression] }, alias);
      return undefined;
    },
  };
  return hostValue(host);
}

export const hostOf = (value: Value | undefined): ExpressionHost | undefined =>
  value?.is === 'host' && 'expression' in value.host ? (value.host as ExpressionHost) : undefined;

/** `o.id`, `schema.t.id`, `*`, `t.*`. */
export function columnOf(text: string): Expression {
  if (text === '*') return { ex: 'star' };
  const parts = text.trim().split('.');
  const name = parts.pop() ?? text;
  if (hasHole(text)) return { ex: 'parameter', name: readable(text).replace(/[{}]/g, '') };
  if (name === '*') return { ex: 'star', qualifier: parts };
  return parts.length === 0 ? { ex: 'column', name } : { ex: 'column', qualifier: parts, name };
}

const aliased = /^([^]+?)(?<!\s)\s+as\s+([\w$"`]+)\s*$/i;

/** One selected column: `'a.b as c'`, a function's result, a fragment of SQL. */
export function itemOf(value: Value, site: CallSite, run: Run): ProjectItem {
  const line = lineOf(run, site.at);
  const host = hostOf(value);
  if (host !== undefined)
    return { ...(host.alias === undefined ? {} : { name: host.alias }), value: host.expression, line };
  if (value.is === 'host' && value.host.text !== undefined) {
    const alias = textOf(value.host.get?.('alias', run));
    return {
      ...(alias === undefined ? {} : { name: alias }),
      value: sqlExpression(value.host.text, site, run),
      line,
    };
  }
  const text = textOf(value);
  if (text === undefined) return { value: { ex: 'opaque', parts: [] }, line };
  const match = aliased.exec(text);
  const column = columnOf(match?.[1] ?? text);
  const name = match?.[2] ?? (column.ex === 'column' ? column.name : undefined);
  return { ...(name === undefined ? {} : { name }), value: column, line };
}

function sqlExpression(text: string, site: CallSite, run: Run): Expression {
  const line = lineOf(run, site.at);
  const [item] = readExpressions(text, { dialect: run.dialect, path: run.path, lineMap: () => line }) ?? [];
  return item?.value ?? { ex: 'opaque', parts: [], text: readable(text) };
}

/** A value where a column is expected. */
export function columnValue(value: Value | undefined, site: CallSite, run: Run): Expression {
  if (value === undefined) return { ex: 'opaque', parts: [] };
  return value.is === 'text' ? columnOf(value.text) : operandOf(value, site, run);
}

/** A value where a literal or parameter is expected. */
export function operandOf(value: Value | undefined, site: CallSite, run: Run): Expression {
  if (value === undefined) return { ex: 'opaque', parts: [] };
  const host = hostOf(value);
  if (host !== undefined) return host.expression;
  switch (value.is) {
    case 'text':
      return hasHole(value.text)
        ? { ex: 'parameter', name: readable(value.text).replace(/^\{|\}$/g, '') }
        : { ex: 'literal', type: 'string', value: value.text };
    case 'number':
      return { ex: 'literal', type: 'number', value: String(value.value) };
    case 'boolean':
      return { ex: 'literal', type: 'boolean', value: String(value.value) };
    case 'none':
      return { ex: 'literal', type: 'null', value: null };
    case 'unknown':
      return { ex: 'parameter', name: value.path.join('.') || 'value' };
    case 'host':
      return value.host.text === undefined
        ? { ex: 'opaque', parts: [] }
        : sqlExpression(value.host.text, site, run);
    default:
      return { ex: 'parameter', name: readable(printed(value)).replace(/[{}]/g, '') };
  }
}

export function comparison(
  operator: string,
  left: Expression,
  rightValue: Value | undefined,
  site: CallSite,
  run: Run,
): Expression {
  const op = operator.toUpperCase().replace('!=', '<>').replace(/^==+$/, '=');
  if (op === 'IS' || op === 'IS NOT') {
    if (rightValue?.is === 'none') return { ex: 'unary', op: `${op} NULL`, value: left };
  }
  if (op === 'IN' || op === 'NOT IN') {
    const items = rightValue?.is === 'list' ? rightValue.items : rightValue === undefined ? [] : [rightValue];
    const list: Expression = { ex: 'in', value: left, list: items.map((item) => operandOf(item, site, run)) };
    return op === 'IN' ? list : { ex: 'unary', op: 'NOT', value: list };
  }
  const right = operandOf(rightValue, site, run);
  if (/^NOT (I?LIKE)$/.test(op))
    return { ex: 'unary', op: 'NOT', value: { ex: 'binary', op: op.slice(4), left, right } };
  return { ex: 'binary', op, left, right };
}

export function allOf(list: readonly Expression[], op: 'AND' | 'OR' = 'AND'): Expression | undefined {
  const [first, ...rest] = list;
  return first === undefined
    ? undefined
    : rest.reduce<Expression>((left, right) => ({ ex: 'binary', op, left, right }), first);
}

/** `'schema.t as o'` or `{ o: 'schema.t' }`: a scan under its alias; a name of an enclosing `with` reads that. */
export function sourceOf(
  value: Value | undefined,
  ctes: readonly CteDefinition[],
  line: number,
): Relation | undefined {
  if (value?.is === 'object') {
    const [[alias, table] = []] = [...value.entries];
    const inner = sourceOf(table, ctes, line);
    return inner === undefined || alias === undefined
      ? inner
      : { op: 'alias', input: inner.op === 'alias' ? inner.input : inner, name: alias };
  }
  const text = textOf(value);
  if (text === undefined) return undefined;
  const match = aliased.exec(text);
  const name = (match?.[1] ?? text).trim();
  const alias = match?.[2]?.replace(/["`]/g, '');
  const cte = ctes.find((each) => each.name.toLowerCase() === name.toLowerCase());
  const table = codeTable(name, line);
  const input: Relation | undefined =
    cte !== undefined
      ? { op: 'cte', name: cte.name, line }
      : table === null
        ? undefined
        : { op: 'scan', table, line };
  if (input === undefined) return undefined;
  return alias === undefined ? input : { op: 'alias', input, name: alias };
}

export const aggregates =
  /^(count|sum|avg|min|max|countDistinct|sumDistinct|avgDistinct|countAll|array_agg|json_agg|string_agg)$/;

export function aggregateCall(name: string, args: readonly Expression[]): Expression {
  const distinct = /Distinct$/.test(name) ? { distinct: true } : {};
  const plain = name.replace(/Distinct$|All$/, '');
  return {
    ex: 'call',
    name: plain.toLowerCase(),
    args: args.length > 0 ? args : [{ ex: 'star' }],
    aggregate: true,
    ...distinct,
  };
}
