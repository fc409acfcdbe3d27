import type { Attribution, Card } from '../schema/contracts/card.ts';
import { columnNotes, plainValues } from '../schema/contracts/column-words.ts';
import { originWord, Page, tag, type PageOptions } from './page.ts';
import { clip, count, oneLine } from './plain-text.ts';
import { usageWords } from './usage-words.ts';

export interface PrintOptions extends PageOptions {
  /** Columns shown before ‘and n more’. Default 40. */
  readonly maxColumns?: number;
}

const shown = 8;
/** Characters of a column's description: the rest is in the card's JSON. */
const mostOfColumn = 150;

/**
 * A card as a person reads it in a terminal: what the table is and what one row stands for, then what could mislead, how to join it,
 * its columns, where it comes from, and at last what is disputed or not known. Without colour it is plain text.
 */
export function printCard(card: Card, options: PrintOptions = {}): string {
  const page = new Page(options);
  title(card, page);
  meaning(card, page);
  warnings(card, page);
  joins(card, page);
  columns(card, page, options.maxColumns ?? 40);
  lineage(card, page);
  use(card, page);
  doubts(card, page);
  return page.text();
}

function title(card: Card, page: Page): void {
  page.heading(card.table, [card.kind, card.write].filter((part) => part && part !== 'unknown').join(', '));
  if (card.deprecated)
    page.entry(
      'deprecated',
      card.deprecated.value,
      tag(card.deprecated.from),
      card.deprecated.from.claim,
      'red',
    );
  if (card.path) page.entry('built by', card.path);
  page.gap();
}

function meaning(card: Card, page: Page): void {
  page.known('what', card.description);
  page.known('what for', card.purpose);
  const grain = card.grain;
  if (grain) {
    const { keys, phrase, status, time_grain } = grain.value;
    const time = time_grain ? `${phrase ? ', ' : ''}by ${time_grain}` : '';
    const repeat = status === 'duplicates_possible' ? `${phrase || time ? '; ' : ''}rows may repeat` : '';
    const sure = phrase !== '' && keys[0]?.basis === 'assumed' ? 'probably ' : '';
    page.entry(
      'one row is',
      `${sure}${phrase.replace(/^one row /, '')}${time}${repeat}`,
      keys.length > 0 ? '' : tag(grain.from),
      grain.from.claim,
      'bold',
    );
    for (const key of keys) {
      const scope = { table: '', partition: ' within a partition', current_rows: ' among current rows' }[
        key.scope
      ];
      const nulls = key.nulls === 'allowed' ? ', may be null' : '';
      const needs = key.rests_on.length > 0 ? ` if ${key.rests_on.join(' and ')}` : '';
      page.entry(
        'key',
        `${key.columns.join(', ') || '(at most one row)'}${scope}${nulls}`,
        `${key.basis}${needs}`,
      );
    }
  } else {
    page.entry('one row is', 'not known');
  }
  for (const { value, from } of card.population) {
    const sql = value.sql && value.words && !value.words.includes(value.sql) ? ` — ${value.sql}` : '';
    page.entry('rows', `${value.words || value.sql}${sql}`, tag(from), from.claim);
  }
  page.gap();
}

/** Below this a caution is hardly to be believed: its lines address their reader. */
const doubtful = 0.5;

function warnings(card: Card, page: Page): void {
  for (const { value, from } of card.caveats)
    page.entry(
      'caution',
      value,
      `${tag(from)}${from.confidence < doubtful ? ', doubtful' : ''}`,
      from.claim,
      'yellow',
    );
  for (const { table, differences, rule, origin, told = origin, ruled = origin } of card.similar) {
    const said = { differences: differences.length > 0 && told, rule: rule !== null && ruled };
    page.entry(
      'looks like',
      [table, differences.join('; '), rule].filter(Boolean).join(' — '),
      ofModel(said),
    );
  }
  page.gap();
}

/** Says what a model says of what is said: all of it, or which parts; empty: none. False: the part is not there. */
function ofModel(said: Readonly<Record<string, Attribution['origin'] | undefined | false>>): string {
  const parts = Object.keys(said).filter((part) => said[part] !== false);
  const models = parts.filter((part) => said[part] === 'inferred');
  if (models.length === 0) return '';
  return `${models.length < parts.length ? `${models.join(', ')}: ` : ''}${originWord('inferred')}`;
}

function joins(card: Card, page: Page): void {
  for (const { value, from } of card.joins.slice(0, shown)) {
    const count = value.cardinality === 'unknown' ? '' : `  ${value.cardinality}`;
    page.entry(
      'joins',
      `${value.columns.join(', ')} → ${value.to} (${value.to_columns.join(', ')})${count}${value.by_name ? '  guessed by name' : ''}`,
      tag(from),
      from.claim,
    );
  }
  page.more('joins', card.joins.length - shown);
  page.gap();
}

function columns(card: Card, page: Page, most: number): void {
  const rows = card.columns.slice(0, most);
  const nameWidth = Math.min(32, Math.max(0, ...rows.map(({ column }) => column.length)));
  const typeWidth = Math.min(14, Math.max(0, ...rows.map(({ type }) => (type ?? '').length)));
  for (const row of rows) {
    const { type, description, values, origin, described = origin, listed = origin, noted = origin } = row;
    const column = oneLine(row.column);
    const notes = columnNotes(row);
    const said = {
      description: description !== null && described,
      values: values !== null && listed,
      notes: notes !== '' && noted,
    };
    const plain = plainValues(row);
    const allowed = plain ? `${description ? ' ' : ''}[${plain.join(', ')}]` : '';
    const head = `${column.padEnd(nameWidth)}  ${clip(oneLine(type ?? ''), typeWidth).padEnd(typeWidth)}  `;
    page.entry(
      'columns',
      `${head}${[`${description ?? ''}${allowed}`, notes]
        .map((text) => clip(oneLine(text), mostOfColumn))
        .join(' ')
        .trim()}`,
      ofModel(said),
      undefined,
      undefined,
      head.length,
    );
  }
  page.more('columns', card.columns.length - most);
  page.gap();
}

function lineage(card: Card, page: Page): void {
  for (const { table, kind, origins } of card.upstream.slice(0, shown)) {
    page.entry(
      'from',
      kind === 'reads' ? table : `${table} (${kind.replace('_', ' ')})`,
      origins.map(originWord).join(', '),
    );
  }
  page.more('from', card.upstream.length - shown);
  for (const table of card.downstream.slice(0, shown)) page.entry('into', table);
  page.more('into', card.downstreamCount - Math.min(shown, card.downstream.length));
  page.gap();
}

function use(card: Card, page: Page): void {
  page.known('fresh', card.freshness && { value: card.freshness.value.words, from: card.freshness.from });
  page.known(
    'owner',
    card.owner && { value: card.owner.value.owner, from: card.owner.from },
    card.owner?.value.source,
  );
  if (card.usage) {
    const { band, trend, queriesLast28Days, usersLast28Days, lastUsed } = card.usage;
    const last = lastUsed ? `, last on ${lastUsed}` : '';
    page.entry(
      'use',
      `${usageWords(band, trend)}; ${queriesLast28Days} by ${count(usersLast28Days, 'person', 'people')} in 28 days${last}`,
    );
  }
  for (const { kind, name, owner } of card.consumers.slice(0, shown)) {
    page.entry('feeds', `${kind} ${name}${owner ? ` (${owner})` : ''}`);
  }
  page.more('feeds', card.consumers.length - shown);
  if (card.queries.length > 0) page.entry('queries', `${card.queries.length} worth imitating`);
  page.gap();
}

function doubts(card: Card, page: Page): void {
  for (const { field, subject, words, rule } of card.conflicts) {
    page.entry(
      'conflict',
      `${field.replace('_', ' ')}${subject ? ` (${subject})` : ''}: ${words} — ${rule}`,
      '',
      undefined,
      'yellow',
    );
  }
  for (const { words } of card.stale) page.entry('stale', words, '', undefined, 'yellow');
  if (card.unknown.length > 0)
    page.entry('not known', card.unknown.map((field) => field.replace('_', ' ')).join(', '));
}
