/** What differs between two cards of one table, in words. */
import type { Card } from '../schema/contracts/card.ts';
import { clip, oneLine } from './plain-text.ts';

/** Empty when they say the same of the table; counts of use do not count as a change. */
export const cardChanges = (before: Card, after: Card): string[] =>
  fieldChanges(before, after).flatMap(([, words]) => words);

/** Names of what differs: the words' first. */
export const changedFields = (before: Card, after: Card): string[] =>
  fieldChanges(before, after).flatMap(([field, words]) => (words.length > 0 ? [field] : []));

const fieldChanges = (before: Card, after: Card): [field: string, words: string[]][] => [
  ['file', text('file', before.path, after.path)],
  ['kind', text('kind', kindWords(before), kindWords(after))],
  ['description', text('description', before.description?.value, after.description?.value)],
  ['purpose', text('purpose', before.purpose?.value, after.purpose?.value)],
  ['one row', text('one row', before.grain?.value.phrase || null, after.grain?.value.phrase || null)],
  ['keys', text('keys', keyWords(before), keyWords(after))],
  ['rows', list('rows', before.population, after.population, ({ value }) => value.words || value.sql)],
  ['columns', columnChanges(before, after)],
  ['joins', list('join', before.joins, after.joins, joinWords)],
  ['reads', list('reads', before.upstream, after.upstream, ({ table }) => table)],
  ['read by', list('read by', before.downstream, after.downstream, (table) => table)],
  ['lineage', lineageChanges(before, after)],
  ['freshness', text('freshness', before.freshness?.value.words, after.freshness?.value.words)],
  ['owner', text('owner', before.owner?.value.owner, after.owner?.value.owner)],
  ['cautions', list('caution', before.caveats, after.caveats, ({ value }) => value)],
  ['look-alikes', list('looks like', before.similar, after.similar, ({ table }) => table)],
  ['deprecated', text('deprecated', before.deprecated?.value, after.deprecated?.value)],
  ['consumers', list('feeds', before.consumers, after.consumers, ({ kind, name }) => `${kind} ${name}`)],
  ['use', text('use', before.usage?.band, after.usage?.band)],
  ['conflicts', list('conflict', before.conflicts, after.conflicts, conflictWords)],
  ['stale notes', list('stale', before.stale, after.stale, ({ words }) => words)],
];

/** Names a conflict from one night to the next. */
export const conflictWords = ({ field, words }: Card['conflicts'][number]): string => `${field}: ${words}`;

/** Null: no key is known. */
export function grainWords({ grain }: Card): string | null {
  const keys = grain?.value.keys.map(({ columns }) => columns.join(', ') || 'at most one row');
  return keys?.join(' or ') || grain?.value.phrase || null;
}

const kindWords = ({ kind, write }: Card): string => [kind, write].filter(Boolean).join(', ');
const keyWords = ({ grain }: Card): string | null =>
  grain?.value.keys
    .map(({ columns, basis }) => `${columns.join(', ') || 'at most one row'} [${basis}]`)
    .join(' or ') || null;
const joinWords = ({ value }: Card['joins'][number]): string =>
  `${value.columns.join(', ')} → ${value.to} (${value.to_columns.join(', ')})`;

const longest = 120;
const short = (value: string): string => clip(oneLine(value), longest);

function text(name: string, before: string | null | undefined, after: string | null | undefined): string[] {
  if ((before ?? null) === (after ?? null)) return [];
  if (before == null) return [`${name}: ${short(after ?? '')}`];
  if (after == null) return [`${name}: no longer known (was ${short(before)})`];
  return [`${name}: ${short(before)} → ${short(after)}`];
}

const mostNamed = 6;

function list<T>(
  name: string,
  before: readonly T[],
  after: readonly T[],
  words: (item: T) => string,
): string[] {
  const [old, fresh] = [new Set(before.map(words)), new Set(after.map(words))];
  const line = (sign: string, items: string[]): string[] =>
    items.length === 0
      ? []
      : [
          `${name}: ${items
            .slice(0, mostNamed)
            .map((item) => `${sign} ${short(item)}`)
            .join('; ')}${items.length > mostNamed ? ` and ${items.length - mostNamed} more` : ''}`,
        ];
  return [
    ...line(
      '+',
      [...fresh].filter((item) => !old.has(item)),
    ),
    ...line(
      '−',
      [...old].filter((item) => !fresh.has(item)),
    ),
  ];
}

function columnChanges(before: Card, after: Card): string[] {
  const old = new Map(before.columns.map((column) => [column.column, column]));
  const changed = after.columns.flatMap((column) => {
    const was = old.get(column.column);
    if (was === undefined) return [];
    const head = `column ${column.column}`;
    return [
      ...text(`${head}, type`, was.type, column.type),
      ...text(`${head}`, was.description, column.description),
    ];
  });
  const more =
    changed.length > mostNamed ? [`and ${changed.length - mostNamed} more changes of columns`] : [];
  return [
    ...list('columns', before.columns, after.columns, ({ column }) => column),
    ...changed.slice(0, mostNamed),
    ...more,
  ];
}

function lineageChanges(before: Card, after: Card): string[] {
  const words = ({ column, from }: Card['lineage'][number]) =>
    `${column} ← ${from
      .map((source) => `${source.table}.${source.column}`)
      .sort()
      .join(', ')}`;
  return list('lineage', before.lineage, after.lineage, words);
}
