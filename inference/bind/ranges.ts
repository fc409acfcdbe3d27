/** Joins by range: a value of one side between two columns of the other. */
import type { BoundExpression, ColumnId, JoinRange } from './bound.ts';

type Side = 'left' | 'right' | 'both' | 'none';

/** `lower <= upper`, of columns. */
type Order = readonly [lower: ColumnId, upper: ColumnId];

export function joinRanges(
  conditions: readonly BoundExpression[],
  sideOf: (value: BoundExpression) => Side,
): JoinRange[] {
  const side = (id: ColumnId): Side => sideOf({ ex: 'ref', id });
  const orders = conditions.flatMap(ordersOf);
  return orders.flatMap(([low, value]) => {
    const of = side(low);
    if ((of !== 'left' && of !== 'right') || side(value) === of) return [];
    const [, high] = orders.find(([lower, upper]) => lower === value && side(upper) === of) ?? [];
    return high === undefined ? [] : [{ side: of, value, low, high }];
  });
}

function ordersOf(value: BoundExpression): Order[] {
  if (value.ex === 'between') return [...order(value.low, value.value), ...order(value.value, value.high)];
  if (value.ex !== 'binary') return [];
  if (value.op === '<' || value.op === '<=') return order(value.left, value.right);
  return value.op === '>' || value.op === '>=' ? order(value.right, value.left) : [];
}

const order = (lower: BoundExpression, upper: BoundExpression): Order[] =>
  lower.ex === 'ref' && upper.ex === 'ref' ? [[lower.id, upper.id]] : [];
