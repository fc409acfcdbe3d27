/** Equality that also holds between NULLs, where code spells it out. */
import type { BoundExpression } from './bound.ts';
import { rowLocal, structure } from './expressions.ts';

/** `a = b OR (a IS NULL AND b IS NULL)`, in any order, as the one comparison that it is; anything else as it stands. */
export function nullSafe(condition: BoundExpression): BoundExpression {
  if (condition.ex !== 'binary' || condition.op !== 'OR' || !rowLocal(condition)) return condition;
  const { left, right } = condition;
  return comparison(left, right) ?? comparison(right, left) ?? condition;
}

function comparison(equality: BoundExpression, nulls: BoundExpression): BoundExpression | null {
  if (equality.ex !== 'binary' || equality.op !== '=') return null;
  if (nulls.ex !== 'binary' || nulls.op !== 'AND') return null;
  const compared = new Set([structure(equality.left), structure(equality.right)]);
  const absent = new Set([nulls.left, nulls.right].map(absentIn));
  return compared.symmetricDifference(absent).size > 0 ? null : { ...equality, op: 'IS NOT DISTINCT FROM' };
}

/** What is said to be NULL. */
const absentIn = (value: BoundExpression): string | null =>
  value.ex === 'unary' && value.op === 'IS NULL' ? structure(value.value) : null;
