/**
 * Binding: the relational form with every name resolved to the relation and column that it means, stars listed as far as schemas are known.
 * A name that means nothing costs an entry in `unresolved`, never the rest.
 */
import type { Relation } from '../../schema/contracts/relation.ts';
import { Binder } from './binder.ts';
import type { Catalog, UnresolvedName } from './binder.ts';
import type { BoundQuery, Definition } from './bound.ts';
import { bindQuery } from './relation.ts';

export interface BoundRelation {
  readonly query: BoundQuery;
  /** By column number. */
  readonly definitions: readonly Definition[];
  readonly unresolved: readonly UnresolvedName[];
  /** Makes a number that the relation itself does not have. */
  readonly fresh: () => number;
}

export function bindRelation(relation: Relation, catalog: Catalog): BoundRelation {
  const binder = new Binder(catalog);
  const query = bindQuery(relation, binder, { ctes: new Map(), outer: null, defining: null });
  return {
    query,
    definitions: binder.definitions,
    unresolved: binder.unresolved,
    fresh: () => binder.generated(),
  };
}

export type { Catalog, KnownColumns, UnresolvedName } from './binder.ts';
