/** Values that are constants, or put together with constants in them: what tells the branches of a union apart. */
import type { BoundExpression } from '../bind/bound.ts';
import { flatten, hashes, wrappers } from './injective.ts';
import type { Properties, Term } from './properties.ts';
import type { Prover } from './prover.ts';
import { typeClass } from './types.ts';

/** The literal that a value always is. */
export function constantOf(value: BoundExpression, known: Properties): string | null {
  switch (value.ex) {
    case 'literal':
      return value.type === 'null' ? 'null' : literalText(value);
    case 'cast':
      return constantOf(value.value, known);
    case 'ref': {
      const values = known.values.get(value.id);
      return values?.length === 1 ? (values[0] ?? null) : null;
    }
    case 'call': {
      const [first] = value.args;
      const found = /^(coalesce|ifnull|nvl)$/.test(value.name) && first ? constantOf(first, known) : null;
      return found === 'null' ? null : found;
    }
    default:
      return null;
  }
}

export const literalText = (literal: { readonly type: string; readonly value: string | null }): string =>
  literal.value === null
    ? 'null'
    : `${literal.type === 'number' ? 'number' : literal.type === 'boolean' ? 'boolean' : 'text'}:${literal.value}`;

/** How the value is put together; null when nothing in it is kept apart. */
export function termOf(value: BoundExpression, known: Properties, prover: Prover): Term | null {
  const constant = constantOf(value, known);
  if (constant !== null) return { shape: '?', parts: [constant] };
  switch (value.ex) {
    case 'ref':
      return known.terms.get(value.id) ?? { shape: '?', parts: [null] };
    case 'cast':
      return typeClass(value.type) === 'string' ? termOf(value.value, known, prover) : null;
    case 'binary':
      return value.op === '||' ? together('concat', flatten(value), known, prover) : null;
    case 'call':
      if (hashes.has(value.name) || wrappers.has(value.name))
        return together(value.name, value.args, known, prover);
      if (value.name === 'concat') return together('concat', value.args.flatMap(flatten), known, prover);
      if (/^(coalesce|ifnull|nvl)$/.test(value.name) && value.args[0])
        return termOf(value.args[0], known, prover);
      return null;
    default:
      return null;
  }
}

function together(
  name: string,
  args: readonly BoundExpression[],
  known: Properties,
  prover: Prover,
): Term | null {
  const terms = args.map((arg) => termOf(arg, known, prover) ?? { shape: '?', parts: [null] });
  return {
    shape: `${name}(${terms.map((term) => term.shape).join()})`,
    parts: terms.flatMap((term) => term.parts),
  };
}
