/** Keys that do not reach the output whole. */
import type { ColumnId } from '../bind/bound.ts';
import { references } from '../bind/expressions.ts';
import type { Properties } from './properties.ts';
import type { Prover } from './prover.ts';

/** Whether visible columns are computed from a lost key (`lower(email)`): for all the code says, they may still be unique. */
export function madeOfKeys(known: Properties, visible: ReadonlySet<ColumnId>, prover: Prover): boolean {
  const behind = new Set<ColumnId>();
  const visit = (id: ColumnId): void => {
    if (behind.has(id)) return;
    behind.add(id);
    const definition = prover.definitions[id];
    if (definition?.kind === 'instance') visit(definition.of);
    if (definition?.kind === 'merged') definition.of.forEach(visit);
    if (definition?.kind === 'computed') references(definition.value).forEach(visit);
  };
  for (const id of visible) visit(id);
  return known.dependencies.some(
    (dependency) =>
      dependency.to.some((id) => known.row.includes(id)) &&
      dependency.from.length > 0 &&
      dependency.from.every((id) => behind.has(id)) &&
      !dependency.from.every((id) => visible.has(id)),
  );
}
