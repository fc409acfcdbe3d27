/** What a table shows to the tables built from it: all that they inherit, and nothing else. Plain JSON; hash it to know whether they must be derived again. */
import type { Expression } from '../../schema/contracts/relation.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';

export interface TableInterface {
  readonly columns: readonly InterfaceColumn[];
  /** `false`: there may be columns besides these. */
  readonly complete: boolean;
  readonly keys: readonly InterfaceKey[];
  /** Keys that rest on what joins and unions are mostly written for: in no proof. Absent: none. */
  readonly likely?: readonly InterfaceKey[];
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
  /** Of an assumed one, where it is known: how often such a key is right. */
  readonly confidence?: number;
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

/** Declarations that other tables may rely on, as link puts them together. */
export type Declared = Partial<Pick<LinkOutput, 'testedKeys' | 'notNull' | 'columns' | 'columnsComplete'>>;

/**
 * An interface with what was declared about the table put in. Meant for what downstream sees: a table's own derivation never reads its own tests.
 * `derived` null: no code builds the table. A test does not see NULLs, so a key is weak unless all of its columns are known not to be NULL; an assumed key is one that
 * identifies rows, so it is never NULL. Where the code does not say all columns, declared ones join in: a complete list brings its order, since a star gives columns by
 * position. That a table has the columns of an assumed key nobody says.
 */
export function withDeclared(derived: TableInterface | null, declared: Declared): TableInterface {
  const base = derived ?? emptyInterface;
  const notNull = new Set((declared.notNull ?? []).map((name) => name.toLowerCase()));
  for (const column of base.columns) if (column.nullable === false) notNull.add(column.name.toLowerCase());
  const tested = (declared.testedKeys ?? []).map((key): InterfaceKey => ({
    columns: key.columns,
    basis: key.basis,
    rests_on: [key.because],
    weak: key.basis === 'tested' && !key.columns.every((name) => notNull.has(name.toLowerCase())),
    ...(key.confidence === undefined ? {} : { confidence: key.confidence }),
  }));
  const named = tested.filter(({ basis }) => basis === 'tested');
  const columns = base.complete ? base.columns : joined(base.columns, declared, named);
  return {
    ...base,
    columns: columns.map((column) =>
      notNull.has(column.name.toLowerCase()) ? { ...column, nullable: false } : column,
    ),
    complete: base.complete || (declared.columnsComplete === true && (declared.columns?.length ?? 0) > 0),
    keys: [...tested, ...base.keys],
  };
}

/** Columns that the code names, that are declared, and that tested keys name, each once; what the code says of one counts first. */
function joined(
  own: readonly InterfaceColumn[],
  { columns, columnsComplete }: Declared,
  tested: readonly InterfaceKey[],
): InterfaceColumn[] {
  const keyOf = ({ name }: { readonly name: string }): string => name.toLowerCase();
  const said = new Map(own.map((column) => [keyOf(column), column]));
  const declared = new Map((columns ?? []).map((column) => [keyOf(column), column]));
  const keys = new Set([
    ...(columnsComplete ? [...declared.keys(), ...said.keys()] : [...said.keys(), ...declared.keys()]),
    ...tested.flatMap((key) => key.columns.map((name) => name.toLowerCase())),
  ]);
  const names = new Map(tested.flatMap((key) => key.columns.map((name) => [name.toLowerCase(), name])));
  return [...keys].map((key) => {
    const column = said.get(key);
    return {
      name: column?.name ?? declared.get(key)?.name ?? names.get(key) ?? key,
      type: column?.type ?? declared.get(key)?.type?.toLowerCase() ?? null,
      nullable: column?.nullable ?? null,
      values: column?.values ?? null,
    };
  });
}
