import type { BoundExpression, ColumnId } from '../bind/bound.ts';

/** The expression over other columns; those that the map does not have stay. */
export function replaceColumns(
  value: BoundExpression,
  columns: ReadonlyMap<ColumnId, ColumnId>,
): BoundExpression {
  const of = (part: BoundExpression): BoundExpression => replaceColumns(part, columns);
  switch (value.ex) {
    case 'ref':
      return { ex: 'ref', id: columns.get(value.id) ?? value.id };
    case 'cast':
    case 'unary':
      return { ...value, value: of(value.value) };
    case 'binary':
      return { ...value, left: of(value.left), right: of(value.right) };
    case 'in':
      return { ...value, value: of(value.value), list: value.list.map(of) };
    case 'between':
      return { ...value, value: of(value.value), low: of(value.low), high: of(value.high) };
    case 'call':
      return { ...value, args: value.args.map(of) };
    case 'case':
      return {
        ex: 'case',
        branches: value.branches.map((branch) => ({ when: of(branch.when), then: of(branch.then) })),
        ...(value.otherwise ? { otherwise: of(value.otherwise) } : {}),
      };
    case 'field':
      return { ...value, value: of(value.value), ...(value.index ? { index: of(value.index) } : {}) };
    case 'subquery':
      return value.value ? { ...value, value: of(value.value) } : value;
    default:
      return value;
  }
}
