/** The random databases that one table's queries are tried on. */
import { DatabaseSync } from 'node:sqlite';
import type { DeriveInput } from '../../inference/derive/derive.ts';
import {
  emptyInterface,
  type InterfaceColumn,
  type TableInterface,
} from '../../inference/derive/interface.ts';
import { sqlFunctions, type SqlValue } from '../../inference/refute/functions.ts';
import { printCondition, printQuery } from '../../inference/refute/print-query.ts';
import { randomRows, type Row } from '../../inference/refute/random-rows.ts';
import { quote } from '../../inference/refute/scope.ts';
import type { Tuple } from '../../inference/refute/write-rows.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { walkExpression } from '../../schema/contracts/relation-walk.ts';
import type { Relation } from '../../schema/contracts/relation.ts';

/** A query that SQLite takes. */
export interface Runnable {
  readonly sql: string;
  /** Names of the output, in lower case. */
  readonly columns: readonly string[];
}

interface Stored {
  readonly table: TableId;
  readonly name: string;
  readonly known: TableInterface;
  readonly columns: InterfaceColumn[];
}

export class Arena {
  readonly #input: DeriveInput;
  readonly #tables = new Map<TableId, Stored>();

  readonly #own: TableInterface;

  /** `own`: the columns that the built table has for queries that read it. */
  constructor(input: DeriveInput, own: readonly InterfaceColumn[]) {
    this.#input = input;
    this.#own = { ...emptyInterface, columns: own };
  }

  /**
   * `names`: the target's columns by position, where the build names them. `needed`: columns that the output has; where none of that name is known, a
   * star brings it from the one table whose columns are not all known. Throws `Unsupported`, or what SQLite says of the query.
   */
  prepare(relation: Relation, names: readonly string[] = [], needed: readonly string[] = []): Runnable {
    const runnable = this.#prepare(relation, names);
    const [only, ...more] = this.#open();
    const missing = needed
      .map((name) => name.toLowerCase())
      .filter((name) => !runnable.columns.includes(name));
    if (missing.length === 0 || only === undefined || more.length > 0) return runnable;
    for (const name of missing) addColumn(only, name);
    // Again, since a star may have been spelled out.
    return this.#prepare(relation, names);
  }

  #prepare(relation: Relation, names: readonly string[]): Runnable {
    const { sql, aliases } = printQuery(relation, {
      tableName: (ref) => this.#stored(this.#input.resolve(ref)).name,
      columnsOf: (query) => this.#columnsOf(query),
    });
    this.#completeColumns(sql, aliases);
    return { sql, columns: this.#columnsOf(sql).map((name, i) => (names[i] ?? name).toLowerCase()) };
  }

  /** Tables whose columns are not all known. */
  #open(): Stored[] {
    return [...this.#tables.values()].filter(({ known }) => !known.complete);
  }

  /** Empty tables. `salt`: see `sqlFunctions`. */
  open(salt: number): RandomDatabase {
    return new RandomDatabase([...this.#tables.values()], this.#input.table, salt);
  }

  #stored(table: TableId): Stored {
    const found = this.#tables.get(table);
    if (found) return found;
    const known = table === this.#input.table ? this.#own : (this.#input.upstream(table) ?? emptyInterface);
    // SQLite takes a name once, whatever its case.
    const columns = new Map(known.columns.map((column) => [column.name.toLowerCase(), column]));
    const stored = { table, name: `__table${this.#tables.size}`, known, columns: [...columns.values()] };
    this.#tables.set(table, stored);
    return stored;
  }

  #columnsOf(sql: string): string[] {
    using database = this.open(0);
    return database.columnsOf(sql);
  }

  /** Gives the tables whose columns are not all known those that the query names. */
  #completeColumns(sql: string, aliases: ReadonlyMap<string, string>): void {
    const open = this.#open();
    for (let added = 0; ; added++) {
      try {
        this.#columnsOf(sql);
        return;
      } catch (error) {
        const [alias, column] = missingColumn((error as Error).message);
        const named = alias === undefined ? undefined : aliases.get(alias.toLowerCase());
        const owner =
          alias === undefined
            ? open.length === 1
              ? open[0]
              : undefined
            : open.find(({ name }) => name === named);
        if (column === undefined || owner === undefined || added > 300) throw error;
        addColumn(owner, column);
      }
    }
  }
}

function addColumn({ columns }: Stored, name: string): void {
  const lower = name.toLowerCase();
  if (columns.some((column) => column.name.toLowerCase() === lower)) return;
  columns.push({ name, type: null, nullable: null, values: null });
}

/** The qualifier, where there is one, and the name of the column that SQLite does not find; nothing when it says something else. */
function missingColumn(message: string): [alias?: string | undefined, column?: string] {
  const [, written] = /no such column: (.*?)(?: - should this be .*)?$/.exec(message) ?? [];
  if (written === undefined) return [];
  const [, alias, column] = /^(?:(.*)\.)?([^.]*)$/.exec(written.replaceAll('"', '')) ?? [];
  return column === undefined ? [] : [alias, column];
}

class RandomDatabase implements Disposable {
  readonly #db = new DatabaseSync(':memory:');
  readonly #tables: readonly Stored[];
  readonly #own: TableId;
  #run = 0;

  /** `own`: the table that is built; it holds what earlier runs wrote. */
  constructor(tables: readonly Stored[], own: TableId, salt: number) {
    this.#tables = tables;
    this.#own = own;
    for (const { name, call, deterministic = true } of sqlFunctions(salt, () => this.#run))
      this.#db.function(name, { deterministic, varargs: true }, (...args) => call(...(args as SqlValue[])));
    for (const { name, columns } of tables)
      this.#db.exec(
        `create table ${quote(name)} (${columns.map((column) => quote(column.name)).join(', ') || '"__none"'})`,
      );
  }

  columnsOf(sql: string): string[] {
    return this.#db
      .prepare(sql)
      .columns()
      .map(({ name }) => name);
  }

  /** Other rows in every table that is read. `run`: its number, which run parameters go by. `own`: what the built table holds. */
  refill(
    random: () => number,
    literals: readonly SqlValue[],
    run: number,
    own: readonly Tuple[],
    ownColumns: readonly string[],
  ): void {
    this.#run = run;
    for (const stored of this.#tables) {
      this.#db.exec(`delete from ${quote(stored.name)}`);
      if (stored.columns.length === 0) continue;
      const rows =
        stored.table === this.#own
          ? own.map((row): Row => Object.fromEntries(ownColumns.map((name, i) => [name, row[i] ?? null])))
          : randomRows(stored.known, stored.columns, literals, random);
      this.#insert(stored, rows);
      if (stored.table !== this.#own) this.#applyConditions(stored);
    }
  }

  #insert({ name, columns }: Stored, rows: readonly Row[]): void {
    const insert = this.#db.prepare(
      `insert into ${quote(name)} values (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(...columns.map((column) => row[column.name.toLowerCase()] ?? null));
  }

  #applyConditions({ name, known }: Stored): void {
    for (const { predicate } of known.population) {
      const parts = [...walkExpression(predicate)];
      if (parts.some((part) => part.ex === 'column' && part.qualifier !== undefined)) continue;
      const condition = printCondition(predicate);
      if (condition === null) continue;
      try {
        this.#db.exec(`delete from ${quote(name)} where (${condition}) is not true`);
      } catch {
        // A condition on what the table does not show: then there are more databases than can be, never fewer.
      }
    }
  }

  run({ sql }: Runnable): Tuple[] {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Tuple[];
  }

  content(): Record<TableId, readonly Row[]> {
    return Object.fromEntries(
      this.#tables.map(({ table, name }) => [
        table,
        this.#db.prepare(`select * from ${quote(name)}`).all() as unknown as Row[],
      ]),
    );
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
