/** What one binding shares: the columns made so far, the catalog, and names that mean nothing. */
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import type { BoundColumn, BoundCte, BoundExpression, ColumnId, Definition } from './bound.ts';
import { rowLocal, structure } from './expressions.ts';
import type { Schema } from './schema.ts';
import type { OuterScope, Scope } from './scope.ts';

export interface KnownColumns {
  readonly columns: readonly { readonly name: string; readonly type?: string | null }[];
  /** `false`: the table may have others. */
  readonly complete: boolean;
}

export interface Catalog {
  readonly resolve: (ref: NameRef) => TableId;
  /** Null: nothing is known of the table's columns. */
  readonly columnsOf: (table: TableId) => KnownColumns | null;
}

export interface UnresolvedName {
  readonly name: string;
  readonly line?: number;
}

export class Binder {
  readonly definitions: Definition[] = [];
  readonly unresolved: UnresolvedName[] = [];
  readonly catalog: Catalog;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  define(definition: Definition): ColumnId {
    return this.definitions.push(definition) - 1;
  }

  generated(): ColumnId {
    return this.define({ kind: 'generated' });
  }

  missing(name: string, line: number | undefined): BoundExpression {
    this.unresolved.push(line === undefined ? { name } : { name, line });
    return { ex: 'ref', id: this.define({ kind: 'unresolved', name }) };
  }

  /** The number of a value: its own when it is a column, else that of a computed column, which joins `made` unless this level has it. */
  column(value: BoundExpression, scope: Scope, made: BoundColumn[], line?: number): ColumnId {
    if (value.ex === 'ref') return value.id;
    const shared = rowLocal(value) ? structure(value) : undefined;
    const before = shared === undefined ? undefined : scope.computed.get(shared);
    if (before !== undefined) return before;
    const at = line === undefined ? {} : { line };
    const id = this.define({ kind: 'computed', value, ...at });
    if (shared !== undefined) scope.computed.set(shared, id);
    made.push({ id, value, ...at });
    return id;
  }
}

/** A CTE: bound when it is first used. `anchor`: while it is being bound, the columns of its first branch, for its uses of itself. */
export interface CteState {
  readonly name: string;
  readonly bind: () => BoundCte;
  done?: BoundCte;
  busy: boolean;
  anchor?: Schema;
}

/** Where a relation stands: the CTEs that it may use, and the query around it. */
export interface Place {
  readonly ctes: ReadonlyMap<string, CteState>;
  readonly outer: OuterScope | null;
  /** The CTE whose first branch this may be. */
  readonly defining: CteState | null;
}
