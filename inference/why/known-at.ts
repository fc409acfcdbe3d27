/** What is known of an operator's rows, for readers that change nothing: it is derived once for all of them. */
import type { BoundNode } from '../bind/bound.ts';
import type { Properties } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';

const known = new WeakMap<Prover, Map<BoundNode, Properties>>();

/** The rules of operators write into what they get of their inputs, so this is not for them. */
export function knownAt(node: BoundNode, prover: Prover): Properties {
  const all = known.get(prover) ?? new Map<BoundNode, Properties>();
  known.set(prover, all);
  const found = all.get(node) ?? prover.derive(node);
  all.set(node, found);
  return found;
}
