import { presentTime } from '../schema/contracts/present-time.ts';
import { clip } from './plain-text.ts';
import type { RootOf } from './column-roots.ts';
import { contentWords } from './local-embedding.ts';
import { ColumnPairs } from './similar-columns.ts';
import { Conditions, type ConditionDifferences, type Predicate } from './similar-conditions.ts';
import type { Sources } from './similar-sources.ts';
import type { Similar, TableShape } from './similar.ts';

/** Tables side by side. Columns and conditions are the same where they are of the same column further up, whatever each table calls it. */
export class Comparison {
  readonly #columns: ColumnPairs;
  readonly #conditions: Conditions;
  readonly #sources: Sources;

  constructor(rootOf: RootOf, sources: Sources) {
    this.#columns = new ColumnPairs(rootOf);
    this.#conditions = new Conditions(rootOf, this.#columns, sources);
    this.#sources = sources;
  }

  /**
   * What tells a table from one that looks like it, in words as seen from `table`, most telling first, and a rule where the rows of
   * one are plainly some of the other's.
   */
  differences(table: TableShape, other: TableShape): Pick<Similar, 'differences' | 'rule'> {
    const conditions = this.#conditions.differences(table, other);
    const { mine, theirs, lists } = conditions;
    const found = [
      ...this.#sources.differences(table, other),
      ...this.#grain(table, other),
      ...(mine.length > 0 ? [`only this one: ${mine.map(wordsOf).join(', ')}`] : []),
      ...(theirs.length > 0 ? [`only the other: ${theirs.map(wordsOf).join(', ')}`] : []),
      ...lists,
      ...this.#columns.differences(table, other),
      ...(oneWindow(table, other)
        ? []
        : [`one run writes ${windowWords(table.window)} here, ${windowWords(other.window)} there`]),
      ...this.#sources.descent(table, other),
    ];
    return {
      differences: found.length > 0 ? found : ['what sets them apart is not known'],
      rule: this.#rule(table, other, conditions),
    };
  }

  /** Also where one of the keys is not known. */
  sameGrain(table: TableShape, other: TableShape): boolean {
    return (
      this.#columns.unsharedKey(table, other).length === 0 &&
      this.#columns.unsharedKey(other, table).length === 0
    );
  }

  /**
   * Only where one side filters and the other does not (when both do, neither holds the other's rows), where both hold rows of one
   * kind from the same sources (else an empty list of predicates may mean that nobody knows them), and where nothing else decides the rows.
   */
  #rule(table: TableShape, other: TableShape, { mine, theirs, lists }: ConditionDifferences): string | null {
    const [filtered, whole, predicates] = mine.length > 0 ? [table, other, mine] : [other, table, theirs];
    if (predicates.length === 0 || (mine.length > 0 && theirs.length > 0) || lists.length > 0) return null;
    if (!this.#comparable(table, other) || predicates.some((predicate) => passes(predicate, filtered)))
      return null;
    return `${filtered.table} leaves out rows ${leftOut(predicates)}; take ${whole.table} where they count`;
  }

  #comparable(table: TableShape, other: TableShape): boolean {
    if (table.key === null || other.key === null || !this.sameGrain(table, other)) return false;
    if (!oneWindow(table, other)) return false;
    if (this.#sources.isBuiltFromAlone(table, other) || this.#sources.isBuiltFromAlone(other, table))
      return true;
    const [mine, theirs] = [this.#sources.of(table), this.#sources.of(other)];
    return mine.length > 0 && mine.join() === theirs.join();
  }

  /** Nothing where one key may be a part of the other: what is unique by a part is unique by the whole. */
  #grain(table: TableShape, other: TableShape): string[] {
    if (table.timeGrain !== null && other.timeGrain !== null && table.timeGrain !== other.timeGrain) {
      return [`by ${table.timeGrain} here, by ${other.timeGrain} there`];
    }
    const [mine, theirs] = [this.#columns.unsharedKey(table, other), this.#columns.unsharedKey(other, table)];
    const inAll = table.key?.length === 0 || other.key?.length === 0;
    const unlike = (own: readonly string[], others: readonly string[]): boolean => {
      const said = new Set(others.flatMap(subjectWords));
      return own.some((column) => !subjectWords(column).some((word) => said.has(word)));
    };
    if (inAll ? mine.length + theirs.length === 0 : !unlike(mine, theirs) || !unlike(theirs, mine)) return [];
    return [`one row ${per(table.key ?? [])} here, ${per(other.key ?? [])} there`];
  }
}

const oneWindow = (table: TableShape, other: TableShape): boolean =>
  table.window === null || other.window === null || table.window === other.window;

const present = new RegExp(`\\b(?:${presentTime})\\b`, 'i');

/** Whether a condition may hold of a row today and not tomorrow: by the time, by the rows beside it, or by what the table holds. */
const passes = ({ sql }: Predicate, { table }: TableShape): boolean =>
  present.test(sql) || /\bover\s*\(/i.test(sql) || sql.toLowerCase().includes(`${table.toLowerCase()}.`);

/** What a column of a key is of, without the words that any key may have. */
const subjectWords = (column: string): string[] => contentWords(column).filter((word) => !ofKeys.has(word));

const ofKeys = new Set(
  'id key sid sfid uuid guid sk pk name code number source record'.split(' ').flatMap(contentWords),
);

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

const windowWords = (window: string | null): string =>
  ({ full: 'the whole table', incremental: 'what is new', partition: 'one partition' })[window ?? ''] ??
  window ??
  '';
