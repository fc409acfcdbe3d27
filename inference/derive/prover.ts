/** What all operators' rules share while one query is reasoned about. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { BoundNode, ColumnId, Definition } from '../bind/bound.ts';
import type { TableInterface } from './interface.ts';
import type { Properties } from './properties.ts';

export interface Prover {
  readonly definitions: readonly Definition[];
  readonly fresh: () => ColumnId;
  readonly upstream: (table: TableId) => TableInterface | null;
  readonly derive: (node: BoundNode) => Properties;
  /** A column's name for people. */
  readonly nameOf: (id: ColumnId) => string;
}

export const named = (prover: Prover, ids: readonly ColumnId[]): string =>
  ids.length === 0 ? 'nothing' : ids.map(prover.nameOf).join(', ');

/** The definition behind uses of CTEs. */
export function origin(prover: Prover, id: ColumnId): Definition | undefined {
  let definition = prover.definitions[id];
  for (let hops = 0; definition?.kind === 'instance' && hops < 200; hops++)
    definition = prover.definitions[definition.of];
  return definition;
}
