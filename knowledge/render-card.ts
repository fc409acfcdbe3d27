import type { Card } from '../schema/contracts/card.ts';
import { columnNotes, plainValues } from '../schema/contracts/column-words.ts';
import { shortName, spokenWords } from './name-words.ts';
import { clip, oneLine } from './plain-text.ts';
import { usageWords } from './usage-words.ts';

/** Raised whenever the text of an unchanged card may change: every card is then embedded anew. */
export const renderVersion = 2;

const maxCharacters = 6000;
/** Most that one section may take, so that a table of a thousand columns still says what it joins. */
const columnCharacters = 2600;
const listed = 12;

/**
 * A card as the text that is embedded and searched: what identifies the table first. It holds nothing that changes while the table
 * means the same (dates, counts, commits, confidences); use is named only as a coarse band. At most 6,000 characters.
 */
export function renderCard(card: Card): string {
  const parts = sections.map((section) => section(card)).filter((part) => part !== '');
  const text: string[] = [];
  let length = 0;
  for (const part of parts) {
    const room = maxCharacters - length - 1;
    if (room < 80) break;
    text.push(clip(part, room));
    length += Math.min(part.length, room) + 1;
  }
  return text.join('\n');
}

/** In the order of the text. */
const sections: readonly ((card: Card) => string)[] = [
  name,
  (card) => labelled('Deprecated', card.deprecated?.value),
  (card) => clip(oneLine(card.description?.value ?? ''), 1200),
  (card) => labelled('Purpose', clip(card.purpose?.value ?? '', 600)),
  grain,
  population,
  columns,
  joins,
  (card) => labelled('Built from', list(card.upstream.map(({ table }) => table))),
  similar,
  (card) =>
    labelled(
      'Caveats',
      card.caveats
        .map(({ value }) => clip(value, 300))
        .slice(0, listed)
        .join(' · '),
    ),
  (card) => labelled('Freshness', card.freshness?.value.words),
  (card) => labelled('Owner', card.owner?.value.owner),
  (card) => labelled('Used by', list(card.consumers.map(({ kind, name }) => `${kind} ${name}`))),
  usage,
];

function name(card: Card): string {
  const words = spokenWords(shortName(card.table)).join(' ');
  return `${words} — ${card.table} (${[card.kind, card.write].filter((part) => part && part !== 'unknown').join(', ')})`;
}

function grain(card: Card): string {
  const value = card.grain?.value;
  if (!value) return '';
  const keys = value.keys
    .filter(({ columns }) => columns.length > 0)
    .map(({ columns, basis }) => `${columns.join(', ')}${basis === 'assumed' ? ' (assumed)' : ''}`);
  const sure = value.phrase !== '' && value.keys[0]?.basis === 'assumed' ? 'probably ' : '';
  const time = value.time_grain ? `, by ${value.time_grain}` : '';
  const phrase = value.phrase || (value.status === 'duplicates_possible' ? 'rows may repeat' : '');
  return labelled(
    'Grain',
    `${sure}${phrase}${time}${keys.length > 0 ? `; key ${keys.join(' or ')}` : ''}`.replace(/^[,;] /, ''),
  );
}

function population(card: Card): string {
  const rows = card.population.map(({ value }) => {
    const sql = value.sql === '' || value.words.includes(value.sql) ? '' : ` (${clip(value.sql, 200)})`;
    return `${value.words || value.sql}${value.words === '' ? '' : sql}`;
  });
  return labelled('Rows', rows.slice(0, listed).join('; '));
}

/** Described columns first in detail; those for which no room is left by name only. */
function columns(card: Card): string {
  const texts: string[] = [];
  let room = columnCharacters;
  for (const one of card.columns) {
    const { column } = one;
    const values = plainValues(one);
    const description = [one.description ?? '', columnNotes(one)].map((text) => clip(oneLine(text), 160)).join(' ').trim(); // prettier-ignore
    const allowed = values && values.length > 0 ? ` [${clip(values.slice(0, listed).join(', '), 120)}]` : '';
    const full = `${column}${description ? `: ${description}` : ''}${allowed}`;
    const text = full.length + 2 <= room * 0.5 || full.length < 40 ? full : column;
    room -= text.length + 2;
    if (room < 0) break;
    texts.push(text);
  }
  return labelled('Columns', texts.join('; '));
}

function joins(card: Card): string {
  // Joins from logs come and go with the logs; the text must not.
  const written = card.joins.filter(({ from }) => from.origin !== 'observed');
  const texts = written.slice(0, listed).map(({ value }) => {
    const same = value.columns.join() === value.to_columns.join();
    const on = same
      ? value.columns.join(', ')
      : `${value.columns.join(', ')} = ${value.to_columns.join(', ')}`;
    const notes = [value.cardinality === 'unknown' ? '' : value.cardinality, value.by_name ? 'guessed by name' : ''].filter(Boolean); // prettier-ignore
    return `${value.to} on ${on}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
  });
  return labelled('Joins', texts.join('; '));
}

function similar(card: Card): string {
  const texts = card.similar.map(
    ({ table, differences, rule }) =>
      `${table}: ${clip([...differences, ...(rule ? [rule] : [])].join(', '), 300)}`,
  );
  return labelled('Not to be confused with', texts.join('; '));
}

function usage(card: Card): string {
  if (!card.usage || card.usage.band === 'none') return '';
  return labelled('Use', usageWords(card.usage.band, card.usage.trend));
}

const labelled = (label: string, text: string | null | undefined): string =>
  text ? `${label}: ${oneLine(text)}` : '';

const list = (items: readonly string[]): string =>
  items.slice(0, listed).join(', ') + (items.length > listed ? ' and more' : '');
