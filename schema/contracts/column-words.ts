import type { ClaimValue } from './claims.ts';

type Column = Pick<ClaimValue<'column'>, 'description' | NoteField>;
/** What is known of a column's values, beside its description. */
export const noteFields = [
  'unit',
  'currency',
  'time_zone',
  'null_meaning',
  'value_meanings',
  'sentinels',
] as const;
export type NoteField = (typeof noteFields)[number];

/** "Unit: cents. NULL: not paid yet. Sentinels: -1: not known."; empty: nothing is known. */
export function columnNotes(column: Pick<Column, NoteField>): string {
  const { unit, currency, time_zone, null_meaning, value_meanings, sentinels } = column;
  const list = (of: typeof sentinels) => of?.map(({ value, meaning }) => `${value}: ${bare(meaning)}`);
  const notes: [label: string, text: string | undefined][] = [
    ['Unit', unit],
    ['Currency', currency],
    ['Time zone', time_zone],
    ['NULL', null_meaning],
    ['Values', list(value_meanings)?.join('; ')],
    ['Sentinels', list(sentinels)?.join('; ')],
  ];
  return notes.flatMap(([label, text]) => (text ? [`${label}: ${bare(text)}.`] : [])).join(' ');
}

/** The description with the notes behind it; empty: nothing is known. */
export const columnWords = (column: Column): string =>
  [column.description ?? '', columnNotes(column)].filter((part) => part !== '').join(' ');

/** Without the full stop that follows in any case. */
const bare = (text: string): string => text.trim().replace(/\.$/, '');
