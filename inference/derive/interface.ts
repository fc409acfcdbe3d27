/** What a table shows to the tables built from it: all that they inherit, and nothing else. Plain JSON; hash it to know whether they must be derived again. */
import type { Expression } from '../../schema/contracts/relation.ts';

export interface TableInterface {
  readonly columns: readonly InterfaceColumn[];
  /** `false`: there may be columns besides these. */
  readonly complete: boolean;
  readonly keys: readonly InterfaceKey[];
  /** Dependencies that no key says. */
  readonly determines: readonly InterfaceDependency[];
  readonly population: readonly InterfacePredicate[];
}

export interface InterfaceColumn {
  readonly name: string;
  /** Lower case, as far as the code says. */
  readonly type: string | null;
  readonly nullable: boolean | null;
  /** All values that the column can have, as literals; null when not limited by the code. */
  readonly values: readonly string[] | null;
}

export interface InterfaceKey {
  /** Empty: at most one row. */
  readonly columns: readonly string[];
  /** `assumed`: true if `rests_on` is. */
  readonly basis: 'tested' | 'proved' | 'assumed';
  readonly rests_on: readonly string[];
  /** Unique only among rows where none of the columns is NULL. */
  readonly weak: boolean;
}

export interface InterfaceDependency {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly weak: boolean;
  readonly assumed: boolean;
  readonly rests_on: readonly string[];
}

/** Columns in `predicate` are the table's own, or those of a table further up under its id as qualifier. */
export interface InterfacePredicate {
  readonly predicate: Expression;
  readonly sql: string;
  readonly words: string;
}

export const emptyInterface: TableInterface = {
  columns: [],
  complete: false,
  keys: [],
  determines: [],
  population: [],
};

/** Declarations that other tables may rely on. */
export interface Declared {
  readonly testedKeys?: readonly {
    readonly columns: readonly string[];
    readonly because: string;
    readonly basis: 'tested' | 'assumed';
  }[];
  readonly notNull?: readonly string[];
  readonly columns?: readonly { readonly name: string; readonly type: string | null }[] | null;
  /** `true`: the declared columns are all there are. */
  readonly complete?: boolean;
}

/**
 * An interface with what was declared about the table put in. Meant for what downstream sees: a table's own derivation never reads its own tests.
 * `derived` null: no code builds the table. A test does not see NULLs, so a key is weak unless all of its columns are known not to be NULL.
 */
export function withDeclared(derived: TableInterface | null, declared: Declared): TableInterface {
  const base = derived ?? emptyInterface;
  const notNull = new Set((declared.notNull ?? []).map((name) => name.toLowerCase()));
  for (const column of base.columns) if (column.nullable === false) notNull.add(column.name.toLowerCase());
  const columns = new Map(base.columns.map((column) => [column.name.toLowerCase(), column]));
  const add = (name: string, type: string | null): void => {
    const key = name.toLowerCase();
    const before = columns.get(key);
    columns.set(key, {
      name: before?.name ?? name,
      type: before?.type ?? type?.toLowerCase() ?? null,
      nullable: notNull.has(key) ? false : (before?.nullable ?? null),
      values: before?.values ?? null,
    });
  };
  for (const column of base.columns) add(column.name, column.type);
  if (!base.complete) for (const column of declared.columns ?? []) add(column.name, column.type);
  const tested = (declared.testedKeys ?? []).map((key): InterfaceKey => ({
    columns: key.columns,
    basis: key.basis,
    rests_on: [key.because],
    weak: !key.columns.every((name) => notNull.has(name.toLowerCase())),
  }));
  if (!base.complete) for (const name of tested.flatMap((key) => key.columns)) add(name, null);
  return {
    ...base,
    columns: [...columns.values()],
    complete: base.complete || (declared.complete === true && (declared.columns?.length ?? 0) > 0),
    keys: [...tested, ...base.keys],
  };
}
