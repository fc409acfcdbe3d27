/** Columns of synthetic tables, and where their values come from. */
import type { PlannedTable } from './plan.ts';

export interface Origin {
  readonly table: string;
  readonly column: string;
}

/** What a column is for; `key` identifies a row where the table has such a column. */
export type Role = 'key' | 'account' | 'date' | 'status' | 'updated' | 'measure';

export interface Column {
  readonly name: string;
  readonly type: 'bigint' | 'date' | 'timestamp' | 'varchar' | 'numeric';
  readonly role: Role;
  /** Columns whose value it carries; sorted. */
  readonly from: readonly Origin[];
}

export interface BuiltTable {
  readonly planned: PlannedTable;
  /** How often it was changed. */
  readonly revision: number;
  readonly columns: readonly Column[];
  /** Columns that are unique by construction; null: none are. */
  readonly key: readonly string[] | null;
  /** Its query with tables as `{name}`; null for sources. */
  readonly query: string | null;
}

export interface Item extends Column {
  readonly sql: string;
}

/** A table that is read, under an alias. */
export class Side {
  readonly table: BuiltTable;
  readonly alias: string;

  constructor(table: BuiltTable, alias: string) {
    this.table = table;
    this.alias = alias;
  }

  /** Every table has an account, a date and a measure; the others stand in for what aggregates lose. */
  one(role: Role): Column {
    const order: readonly Role[] = [role, 'updated', 'date', 'account'];
    const found = order.map((wanted) => this.table.columns.find((column) => column.role === wanted));
    return found.find((column) => column !== undefined) as Column;
  }

  all(role: Role): Column[] {
    return this.table.columns.filter((column) => column.role === role);
  }

  at(column: Column): string {
    return `${this.alias}.${column.name}`;
  }

  origin(column: Column): Origin {
    return { table: this.table.planned.name, column: column.name };
  }

  /** A column carried on as it is. */
  copy(column: Column): Item {
    return { ...column, from: [this.origin(column)], sql: this.at(column) };
  }

  get from(): string {
    return `{${this.table.planned.name}} as ${this.alias}`;
  }
}
