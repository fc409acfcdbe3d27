import type { ClaimValue } from './claims.ts';

type Column = Pick<ClaimValue<'column'>, 'description' | 'values' | NoteField>;
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

type Noted = Pick<Column, 'values' | NoteField>;

/** "Unit: cents. NULL: not paid yet. Sentinels: -1: not known."; empty: nothing is known. Values stand in it where something is known of them. */
export function columnNotes(column: Noted): string {
  const { values, unit, currency, time_zone, null_meaning, value_meanings, sentinels } = column;
  const list = (of: typeof sentinels) => of?.map(({ value, meaning }) => `${value}: ${bare(meaning)}`);
  const explained = new Set(value_meanings?.map(({ value }) => value));
  const unexplained = values?.filter((value) => !explained.has(value)) ?? [];
  const notes: [label: string, text: string | undefined][] = [
    ['Unit', unit],
    ['Currency', currency],
    ['Time zone', time_zone],
    ['NULL', null_meaning],
    ['Values', list(value_meanings)?.concat(unexplained).join('; ')],
    ['Sentinels', list(sentinels)?.join('; ')],
  ];
  return notes.flatMap(([label, text]) => (text ? [`${label}: ${bare(text)}.`] : [])).join(' ');
}

/** The values, where the notes do not tell them; null: they do, or none are known. */
export const plainValues = ({ values, value_meanings }: Noted): readonly string[] | null =>
  value_meanings === undefined ? values : null;

/** The description with the notes behind it; empty: nothing is known. */
export const columnWords = (column: Column): string =>
  [column.description ?? '', columnNotes(column)].filter((part) => part !== '').join(' ');

/** Without the full stop that follows in any case. */
const bare = (text: string): string => text.trim().replace(/\.$/, '');
