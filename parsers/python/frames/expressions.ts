import type { ColumnExpression, Expression, LiteralExpression } from '../../../schema/contracts/relation.ts';
import { hasHole, readable } from '../../runtime-text.ts';
import { printed, type Value } from '../values.ts';

export const columnOf = (name: string): Expression => {
  if (name === '*') return { ex: 'star' };
  const parts = name.split('.').map((part) => part.replace(/^`|`$/g, ''));
  const last = parts.pop() ?? name;
  if (hasHole(name)) return { ex: 'parameter', name: readable(name).replace(/[{}]/g, '') };
  if (last === '*') return { ex: 'star', qualifier: parts };
  return parts.length === 0 ? { ex: 'column', name: last } : { ex: 'column', qualifier: parts, name: last };
};

const literal = (type: LiteralExpression['type'], value: string | null): Expression => ({
  ex: 'literal',
  type,
  value,
});

/** A value where a column or a literal is expected: text is a literal. */
export function expressionOf(value: Value): Expression {
  switch (value.is) {
    case 'column':
      return value.value;
    case 'cases':
      return { ex: 'case', branches: value.branches };
    case 'text':
      return hasHole(value.text)
        ? { ex: 'parameter', name: readable(value.text).replace(/^\{|\}$/g, '') }
        : literal('string', value.text);
    case 'number':
      return literal('number', value.text);
    case 'boolean':
      return literal('boolean', String(value.value));
    case 'none':
      return literal('null', null);
    case 'list':
      return { ex: 'array', items: value.items.map(expressionOf) };
    case 'unknown':
      return { ex: 'parameter', name: value.path.join('.') || 'value' };
    default:
      return { ex: 'parameter', name: printed(value).replace(/[\uE000\uE001]/g, '') };
  }
}

/** A value where a column is expected: text names a column. */
export const columnValue = (value: Value): Expression =>
  value.is === 'text' ? columnOf(value.text) : expressionOf(value);

/** The name that a select gives the value's column; undefined when the engine makes one up. */
export function outputName(value: Value): string | undefined {
  if (value.is === 'text')
    return value.text === '*' ? undefined : (value.text.split('.').pop() ?? value.text);
  if (value.is !== 'column') return undefined;
  if (value.name !== undefined) return value.name;
  return value.value.ex === 'column' ? value.value.name : undefined;
}

/** The expression with each column's qualifier dropped unless it is one of `known`: a frame's variable says nothing once its rows stand alone. */
export function requalified(expression: Expression, known: readonly string[]): Expression {
  return map(expression, (column) => {
    const [first] = column.qualifier ?? [];
    if (first === undefined || known.includes(first)) return column;
    // What the code wrote as `F.col("a.b")` may be a field of a struct: only frames' own variables are marked.
    if (!first.startsWith(variableMark)) return column;
    const rest = (column.qualifier ?? []).slice(1);
    const { qualifier: _, ...plain } = column;
    return rest.length === 0 ? plain : { ...plain, qualifier: rest };
  });
}

/** Marks a qualifier that stands for a Python variable rather than for an alias in the query. */
export const variableMark = '$';

function map(expression: Expression, column: (column: ColumnExpression) => Expression): Expression {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const node = value as { ex?: string };
    if (node.ex === 'column') return column(value as ColumnExpression);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part)]));
  };
  return visit(expression) as Expression;
}
