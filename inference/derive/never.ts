/** Texts that a value cannot be, by how it is computed. */
import type { BoundExpression } from '../bind/bound.ts';
import { deterministic } from '../bind/expressions.ts';
import { origin } from './prover.ts';
import type { Prover } from './prover.ts';
import { typeClass } from './types.ts';

type Case = Extract<BoundExpression, { ex: 'case' }>;

/** `NULLIF(x, 'text')`, `CASE WHEN x = 'text' THEN NULL ELSE x END`, a column that is computed so, and the same as text. */
export function isNever(value: BoundExpression, text: string, prover: Prover): boolean {
  switch (value.ex) {
    case 'ref': {
      const definition = origin(prover, value.id);
      return definition?.kind === 'computed' && definition.value.ex !== 'ref' && isNever(definition.value, text, prover); // prettier-ignore
    }
    case 'cast':
      return typeClass(value.type) === 'string' && isNever(value.value, text, prover);
    case 'literal':
      return value.value !== text;
    case 'call':
      return /^(coalesce|ifnull|nvl)$/.test(value.name)
        ? value.args.every((arg) => isNever(arg, text, prover))
        : value.name === 'nullif' && isText(value.args[1], text);
    case 'case':
      return notInCase(value, text, prover);
    default:
      return false;
  }
}

/** Each result is another text, or what an earlier condition found to be none of it. */
function notInCase({ branches, otherwise }: Case, text: string, prover: Prover): boolean {
  const apart = new Set<string>();
  for (const { when, then } of branches) {
    if (!apart.has(JSON.stringify(then)) && !isNever(then, text, prover)) return false;
    const other = comparedWith(when, text);
    if (other && deterministic(other)) apart.add(JSON.stringify(other));
  }
  return otherwise === undefined || apart.has(JSON.stringify(otherwise)) || isNever(otherwise, text, prover);
}

/** What a condition `x = 'text'` compares with the text. */
function comparedWith(when: BoundExpression, text: string): BoundExpression | null {
  if (when.ex !== 'binary' || (when.op !== '=' && when.op !== '==')) return null;
  if (isText(when.right, text)) return when.left;
  return isText(when.left, text) ? when.right : null;
}

const isText = (value: BoundExpression | undefined, text: string): boolean =>
  value?.ex === 'literal' && value.value === text;
