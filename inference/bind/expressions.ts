/** Walks over bound expressions. */
import type { BoundExpression, ColumnId } from './bound.ts';

/** The direct parts of an expression, without the inside of subqueries. */
export function parts(value: BoundExpression): readonly BoundExpression[] {
  switch (value.ex) {
    case 'ref':
    case 'literal':
    case 'parameter':
      return [];
    case 'call':
      return [
        ...value.args,
        ...(value.filter ? [value.filter] : []),
        ...(value.orderBy ?? []).map((key) => key.value),
      ];
    case 'window':
      return [
        value.call,
        ...value.partitionBy.map((id) => ({ ex: 'ref', id }) as const),
        ...value.orderBy.map((key) => key.value),
      ];
    case 'cast':
    case 'unary':
      return [value.value];
    case 'case':
      return [
        ...value.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(value.otherwise ? [value.otherwise] : []),
      ];
    case 'binary':
      return [value.left, value.right];
    case 'in':
      return [value.value, ...value.list];
    case 'between':
      return [value.value, value.low, value.high];
    case 'subquery':
      return value.value ? [value.value] : [];
    case 'field':
      return value.index ? [value.value, value.index] : [value.value];
    case 'struct':
      return value.fields.map((field) => field.value);
    case 'array':
      return value.items;
    case 'opaque':
      return value.parts;
  }
}

/** The columns that a value is computed from; those outside of a subquery that it refers to count, those inside do not. */
export function references(value: BoundExpression, into: Set<ColumnId> = new Set()): Set<ColumnId> {
  if (value.ex === 'ref') into.add(value.id);
  if (value.ex === 'subquery') for (const id of value.query.correlated) into.add(id);
  for (const part of parts(value)) references(part, into);
  return into;
}

export function some(value: BoundExpression, test: (value: BoundExpression) => boolean): boolean {
  return test(value) || parts(value).some((part) => some(part, test));
}

const volatile = new Set(
  (
    'rand random rand_bool uuid gen_random_uuid generate_uuid uuid_string newid randstr uniform normal nextval ' +
    'clock_timestamp seq1 seq2 seq4 seq8 monotonically_increasing_id generateuuidv4 rand64 randn rowid'
  ).split(' '),
);

/** Of what could not be read and names no columns, nothing is known. */
const mayVary = (part: BoundExpression): boolean =>
  (part.ex === 'call' && volatile.has(part.name)) || (part.ex === 'opaque' && part.parts.length === 0);

/** Whether the same columns always give the same value within one run. */
export const deterministic = (value: BoundExpression): boolean => !some(value, mayVary);

const isAggregate = (value: BoundExpression): boolean => value.ex === 'call' && value.aggregate === true;

/** Whether the value is computed from one row alone. */
export const rowLocal = (value: BoundExpression): boolean =>
  !some(
    value,
    (part) => part.ex === 'window' || part.ex === 'subquery' || isAggregate(part) || mayVary(part),
  );

/** `AND` taken apart. */
export function conjuncts(value: BoundExpression): BoundExpression[] {
  if (value.ex === 'binary' && value.op === 'AND')
    return [...conjuncts(value.left), ...conjuncts(value.right)];
  return [value];
}

/** A text that two expressions share exactly when they are written alike over the same columns. */
export const structure = (value: BoundExpression): string => JSON.stringify(value);
