/**
 * Text with parts that only the run knows: an f-string's unknown name, `{{ ds }}`, `${x}`. Each such part stands in the text as a *hole*,
 * its name between two private-use characters, so that text stays a plain string that can be joined, split and formatted.
 */
import { templateTags } from './sql/text/template-tags.ts';

const open = '\uE000';
const close = '\uE001';
const pattern = /\uE000([^\uE000\uE001]*)\uE001/g;

/** A hole that is named after the code that fills it; anything but letters, digits, `_` and `.` in the name becomes `_`. */
export const hole = (name: string): string => `${open}${name.replace(/[^\w.]+/g, '_').slice(0, 80)}${close}`;

export const hasHole = (text: string): boolean => text.includes(open);

/** The text as people read it: `{name}` for each hole. */
export const readable = (text: string): string => text.replace(pattern, '{$1}');

/** Nothing but holes, dots and separators: what it names is not known at all. */
export const isAllHoles = (text: string): boolean => hasHole(text) && !/\w/.test(text.replace(pattern, ''));

/** Airflow's and dbt's `{{ … }}` as holes, `{% … %}` and `{# … #}` gone; line breaks stay. */
export function templatesToHoles(text: string): string {
  if (!text.includes('{')) return text;
  let out = '';
  let from = 0;
  for (const { index, tag } of templateTags(text)) {
    const filled = tag.startsWith('{{') ? hole(tag.slice(2, -2).trim()) : '';
    out += text.slice(from, index) + filled + tag.replace(/[^\n]/g, '');
    from = index + tag.length;
  }
  return out + text.slice(from);
}

/** The text with each hole as an identifier that no code would write, for a parser that knows nothing of holes. */
export const holesToIdentifiers = (text: string): string =>
  text.replace(pattern, (_, name: string) => `${prefix}${name.replace(/\W/g, '_')}${suffix}`);

const prefix = 'tlhole_';
const suffix = '_tlend';
const identifier = /tlhole_(\w*?)_tlend/gi;

/** Undoes `holesToIdentifiers` in one text: `{name}` for each. */
export const identifiersToReadable = (text: string): string => text.replace(identifier, '{$1}');

/** The hole's name when the text is one identifier made of one hole; else undefined. */
export const holeIdentifier = (text: string): string | undefined => /^tlhole_(\w*?)_tlend$/i.exec(text)?.[1];
