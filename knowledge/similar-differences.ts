import { clip } from './plain-text.ts';
import { rooted, unqualified, type RootOf } from './column-roots.ts';
import type { Similar, TableShape } from './similar.ts';
import { byText } from './trust-order.ts';

const named = 4;

type Predicate = TableShape['population'][number];

/** Tables side by side. Columns and conditions are the same where they are of the same column further up, whatever each table calls it. */
export class Comparison {
  readonly #rootOf: RootOf;
  /** `normal` of the names of columns, which come again in every pair. */
  readonly #normal = new Map<string, string>();

  constructor(rootOf: RootOf) {
    this.#rootOf = rootOf;
  }

  /**
   * What tells a table from one that looks like it, in words as seen from `table`, most telling first, and a rule where the rows of
   * one are plainly some of the other's.
   */
  differences(table: TableShape, other: TableShape): Pick<Similar, 'differences' | 'rule'> {
    const [own, others] = this.#predicates(table, other);
    // What decides the rows of a source decides those of a table that is built from it alone.
    const mine = builtFrom(other, table) ? [] : own;
    const theirs = builtFrom(table, other) ? [] : others;
    const found = [
      ...sources(table, other),
      ...this.#grain(table, other),
      ...(mine.length > 0 ? [`only this one: ${mine.map(wordsOf).join(', ')}`] : []),
      ...(theirs.length > 0 ? [`only the other: ${theirs.map(wordsOf).join(', ')}`] : []),
      ...this.#columns(table, other),
      ...(table.window !== null && other.window !== null && table.window !== other.window
        ? [`one run writes ${windowWords(table.window)} here, ${windowWords(other.window)} there`]
        : []),
      ...(builtFrom(table, other) ? ['this one is built from the other'] : []),
      ...(builtFrom(other, table) ? ['the other is built from this one'] : []),
    ];
    return {
      differences: found.length > 0 ? found : ['no difference is known'],
      rule: this.#rule(table, other, mine, theirs),
    };
  }

  /** Also where one of the keys is not known. */
  sameGrain(table: TableShape, other: TableShape): boolean {
    if (table.key === null || other.key === null) return true;
    const [mine, theirs] = this.#unshared(table, table.key, other, other.key);
    return mine.length === 0 && theirs.length === 0;
  }

  /** Those that only one of the two has. A condition on a column of the same name further up tells nobody which of the two to take. */
  #predicates(table: TableShape, other: TableShape): [Predicate[], Predicate[]] {
    const spelling = (shape: TableShape): ((predicate: Predicate) => string) => {
      const columns = new Set(shape.columns.map((column) => column.toLowerCase()));
      return ({ sql, words }) =>
        sql === '' ? normal(words) : rooted(sql, shape.table.toLowerCase(), columns, this.#rootOf);
    };
    const found = onlyIn(table.population, other.population, spelling(table), spelling(other));
    const plain = ({ sql, words }: Predicate): string => unqualified(sql || words);
    return onlyIn(...found, plain, plain);
  }

  /**
   * Only where one side filters and the other does not (when both do, neither holds the other's rows), and where both hold rows of
   * one kind from the same sources: else an empty list of predicates may mean that nobody knows them.
   */
  #rule(
    table: TableShape,
    other: TableShape,
    mine: readonly Predicate[],
    theirs: readonly Predicate[],
  ): string | null {
    const [filtered, whole, predicates] = mine.length > 0 ? [table, other, mine] : [other, table, theirs];
    if (predicates.length === 0 || (mine.length > 0 && theirs.length > 0)) return null;
    if (!this.#comparable(table, other) || predicates.some(({ sql }) => /\bover\s*\(/i.test(sql)))
      return null;
    return `${filtered.table} leaves out rows ${leftOut(predicates)}; take ${whole.table} where they count`;
  }

  #comparable(table: TableShape, other: TableShape): boolean {
    if (builtFrom(table, other) || builtFrom(other, table)) return this.sameGrain(table, other);
    return (
      [...table.upstream].sort(byText).join() === [...other.upstream].sort(byText).join() &&
      table.upstream.length > 0 &&
      table.key !== null &&
      other.key !== null &&
      this.sameGrain(table, other)
    );
  }

  #grain(table: TableShape, other: TableShape): string[] {
    if (table.timeGrain !== null && other.timeGrain !== null && table.timeGrain !== other.timeGrain) {
      return [`by ${table.timeGrain} here, by ${other.timeGrain} there`];
    }
    if (table.key === null || other.key === null || this.sameGrain(table, other)) return [];
    return [`one row ${per(table.key)} here, ${per(other.key)} there`];
  }

  #columns(table: TableShape, other: TableShape): string[] {
    if (table.columns.length === 0 || other.columns.length === 0) return [];
    const [mine, theirs] = this.#unshared(table, table.columns, other, other.columns);
    return [
      ...(mine.length > 0 && !other.open ? [`only this one has ${someOf(mine)}`] : []),
      ...(theirs.length > 0 && !table.open ? [`only the other has ${someOf(theirs)}`] : []),
    ];
  }

  /** The columns of each side that the other has neither by name nor by origin. */
  #unshared(
    table: TableShape,
    columns: readonly string[],
    other: TableShape,
    others: readonly string[],
  ): [string[], string[]] {
    const name = (column: string): string => {
      const known = this.#normal.get(column) ?? normal(column);
      this.#normal.set(column, known);
      return known;
    };
    const [mine, theirs] = onlyIn(columns, others, name, name);
    const root =
      (shape: TableShape) =>
      (column: string): string =>
        this.#rootOf(shape.table, column);
    return onlyIn(mine, theirs, root(table), root(other));
  }
}

const builtFrom = (table: TableShape, source: TableShape): boolean =>
  table.upstream.length === 1 && table.upstream[0] === source.table;

/** Both are built, and from nothing in common. */
const apart = (table: TableShape, other: TableShape): boolean =>
  table.upstream.length > 0 &&
  other.upstream.length > 0 &&
  !table.upstream.includes(other.table) &&
  !other.upstream.includes(table.table) &&
  !table.upstream.some((source) => other.upstream.includes(source));

const namedSources = 2;

function sources(table: TableShape, other: TableShape): string[] {
  if (!apart(table, other)) return [];
  const list = (tables: readonly string[]): string => {
    const shown = [...tables].sort(byText).slice(0, namedSources).join(', ');
    return tables.length > namedSources ? `${shown} and ${tables.length - namedSources} more` : shown;
  };
  return [`reads ${list(table.upstream)} here, ${list(other.upstream)} there`];
}

const leftOut = (predicates: readonly Predicate[]): string =>
  predicates
    .map((predicate) => negated(predicate.sql) ?? `that fail ‘${wordsOf(predicate)}’`)
    .join(', and rows ');

/** What a row that is left out looks like, for the predicates whose opposite can be said plainly. */
function negated(sql: string): string | null {
  const notNull = /^\(?([\w.`"]+)\s+is\s+not\s+null\)?$/i.exec(sql.trim());
  if (notNull) return `where ${notNull[1] ?? ''} is null`;
  const unequal = /^\(?([\w.`"]+)\s*(?:<>|!=)\s*('[^']*'|[\w.]+)\)?$/.exec(sql.trim());
  if (unequal) return `where ${unequal[1] ?? ''} is ${unequal[2] ?? ''}`;
  const not = /^not\s+([\w.`"]+)$/i.exec(sql.trim());
  if (not) return `where ${not[1] ?? ''} is true`;
  const isFalse = /^([\w.`"]+)\s*(?:=|is)\s*false$/i.exec(sql.trim());
  if (isFalse) return `where ${isFalse[1] ?? ''} is true`;
  return null;
}

const per = (key: readonly string[]): string => (key.length === 0 ? 'in all' : `per ${key.join(', ')}`);

function onlyIn<T>(
  mine: readonly T[],
  theirs: readonly T[],
  nameOfMine: (item: T) => string,
  nameOfTheirs: (item: T) => string,
): [T[], T[]] {
  const [a, b] = [mine.map(nameOfMine), theirs.map(nameOfTheirs)];
  const [ofMine, ofTheirs] = [new Set(a), new Set(b)];
  return [
    mine.filter((_, index) => !ofTheirs.has(a[index] as string)),
    theirs.filter((_, index) => !ofMine.has(b[index] as string)),
  ];
}

const someOf = (items: readonly string[]): string =>
  items.slice(0, named).join(', ') +
  (items.length > named ? ` and ${items.length - named} more columns` : '');
/** More is read on the table's own card. */
const mostOfPredicate = 240;

/** With the SQL where the words alone do not tell it: a person's do not, those that were made from it do. */
const wordsOf = ({ sql, words }: Predicate): string =>
  clip(words === '' ? sql : sql === '' || tells(words, sql) ? words : `${words} (${sql})`, mostOfPredicate);

const keywords = new Set(
  'and as between by case cast desc distinct else end exists false from in interval is like not null number or order over partition select true when where'.split(
    ' ',
  ),
);

/** Whether the words name all that the SQL names. */
function tells(words: string, sql: string): boolean {
  const names = [...sql.replace(/'[^']*'/g, '').matchAll(/[a-z_][\w-]*(?:\.[\w*-]+)*/gi)].map(
    ([path]) => path.split('.').at(-1)?.toLowerCase() ?? '',
  );
  const said = words.toLowerCase();
  return names.every((name) => keywords.has(name) || said.includes(name));
}

const normal = (text: string): string => text.toLowerCase().replace(/[`"]/g, '').replace(/\s+/g, ' ').trim();
const windowWords = (window: string): string =>
  ({ full: 'the whole table', incremental: 'what is new', partition: 'one partition' })[window] ?? window;
