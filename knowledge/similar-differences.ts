import type { Similar, TableShape } from './similar.ts';
import { byText } from './trust-order.ts';

const named = 4;

/**
 * What tells a table from one that looks like it, in words as seen from `table`, most telling first, and a rule where the rows of
 * one are plainly some of the other's.
 */
export function differencesBetween(
  table: TableShape,
  other: TableShape,
): Pick<Similar, 'differences' | 'rule'> {
  const [own, others] = onlyIn(table.population, other.population, ({ sql, words }) => normal(sql || words));
  // What decides the rows of a source decides those of a table that is built from it alone.
  const mine = builtFrom(other, table) ? [] : own;
  const theirs = builtFrom(table, other) ? [] : others;
  return {
    differences: [
      ...grain(table, other),
      ...mine.map((predicate) => `only this one: ${wordsOf(predicate)}`),
      ...theirs.map((predicate) => `only the other: ${wordsOf(predicate)}`),
      ...columns(table, other),
      ...(table.window !== null && other.window !== null && table.window !== other.window
        ? [`one run writes ${windowWords(table.window)} here, ${windowWords(other.window)} there`]
        : []),
      ...(builtFrom(table, other) ? ['this one is built from the other'] : []),
      ...(builtFrom(other, table) ? ['the other is built from this one'] : []),
    ],
    rule: ruleOf(table, other, mine, theirs),
  };
}

const builtFrom = (table: TableShape, source: TableShape): boolean =>
  table.upstream.length === 1 && table.upstream[0] === source.table;

type Predicate = TableShape['population'][number];

/**
 * Only where one side filters and the other does not (when both do, neither holds the other's rows), and where both hold rows of
 * one kind from the same sources: else an empty list of predicates may mean that nobody knows them.
 */
function ruleOf(
  table: TableShape,
  other: TableShape,
  mine: readonly Predicate[],
  theirs: readonly Predicate[],
): string | null {
  const [filtered, whole, predicates] = mine.length > 0 ? [table, other, mine] : [other, table, theirs];
  if (predicates.length === 0 || (mine.length > 0 && theirs.length > 0)) return null;
  if (!comparable(table, other) || predicates.some(({ sql }) => /\bover\s*\(/i.test(sql))) return null;
  return `${filtered.table} leaves out rows ${leftOut(predicates)}; take ${whole.table} where they count`;
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

function grain(table: TableShape, other: TableShape): string[] {
  if (table.timeGrain !== null && other.timeGrain !== null && table.timeGrain !== other.timeGrain) {
    return [`by ${table.timeGrain} here, by ${other.timeGrain} there`];
  }
  if (table.key === null || other.key === null || sameGrain(table, other)) return [];
  return [`one row ${per(table.key)} here, ${per(other.key)} there`];
}
const per = (key: readonly string[]): string => (key.length === 0 ? 'in all' : `per ${key.join(', ')}`);

function comparable(table: TableShape, other: TableShape): boolean {
  const sources = [...table.upstream].sort(byText).join() === [...other.upstream].sort(byText).join();
  if (builtFrom(table, other) || builtFrom(other, table)) return sameGrain(table, other);
  return (
    sources &&
    table.upstream.length > 0 &&
    table.key !== null &&
    other.key !== null &&
    sameGrain(table, other)
  );
}

const sameGrain = (table: TableShape, other: TableShape): boolean =>
  table.key === null || other.key === null || keyOf(table.key) === keyOf(other.key);
const keyOf = (key: readonly string[]): string => key.map(normal).sort(byText).join();

function columns(table: TableShape, other: TableShape): string[] {
  if (table.columns.length === 0 || other.columns.length === 0) return [];
  const [mine, theirs] = onlyIn(table.columns, other.columns, normal);
  return [
    ...(mine.length > 0 && !other.open ? [`only this one has ${someOf(mine)}`] : []),
    ...(theirs.length > 0 && !table.open ? [`only the other has ${someOf(theirs)}`] : []),
  ];
}

function onlyIn<T>(mine: readonly T[], theirs: readonly T[], name: (item: T) => string): [T[], T[]] {
  const [a, b] = [new Set(mine.map(name)), new Set(theirs.map(name))];
  return [mine.filter((item) => !b.has(name(item))), theirs.filter((item) => !a.has(name(item)))];
}

const someOf = (items: readonly string[]): string =>
  items.slice(0, named).join(', ') +
  (items.length > named ? ` and ${items.length - named} more columns` : '');
/** With the SQL where the words alone do not tell it: a person's do not, those that were made from it do. */
const wordsOf = ({ sql, words }: Predicate): string =>
  words === '' ? sql : sql === '' || tells(words, sql) ? words : `${words} (${sql})`;

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
