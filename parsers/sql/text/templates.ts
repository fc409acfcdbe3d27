/**
 * Text that a template engine has not rendered: made readable as SQL without moving anything. Tags vanish, of several branches the first stays,
 * and an expression becomes a quoted name that keeps its text. Every character keeps its place.
 */
import type { Dialect } from '../../../schema/contracts/dialect.ts';

const piece = /\{\{[^]*?\}\}|\{%[^]*?%\}|\{#[^]*?#\}/g;
const backticks: ReadonlySet<Dialect> = new Set([
  'bigquery',
  'spark',
  'databricks',
  'mysql',
  'clickhouse',
  'generic',
]);

export const holdsTemplate = (text: string): boolean => /\{[{%#]/.test(text);

/** What the first branch of nested `if`s leaves: a region is dropped from its `else` to its `endif`. */
export function withoutTemplates(text: string, dialect: Dialect): string {
  const quote = backticks.has(dialect) ? '`' : '"';
  const opened: { readonly word: string; dropping: boolean }[] = [];
  const dropping = () => opened.some((each) => each.dropping);
  let out = '';
  let from = 0;
  const keep = (part: string) => {
    out += dropping() ? blank(part) : part;
  };
  for (const match of text.matchAll(piece)) {
    keep(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[0].startsWith('{{')) {
      const quoted = (out.slice(out.lastIndexOf('\n') + 1).split(quote).length - 1) % 2 === 1;
      keep(quoted ? inQuotes(match[0], quote) : named(match[0], text[match.index - 1], text[from], quote));
      continue;
    }
    const word = /^\{%[-+]?\s*(\w+)/.exec(match[0])?.[1] ?? '';
    const isBlock = word === 'macro' || (word === 'set' && !match[0].includes('='));
    if (word === 'if' || word === 'for' || word === 'call' || isBlock)
      opened.push({ word, dropping: isBlock });
    else if (word === 'else' || word === 'elif') {
      const inner = opened.at(-1);
      if (inner !== undefined) inner.dropping = true;
    } else if (word === `end${opened.at(-1)?.word}`) opened.pop();
    out += blank(match[0]);
  }
  keep(text.slice(from));
  return out;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Within a quoted name the text stays, but for what would end the name or divide it. */
const inQuotes = (text: string, quote: string): string => text.replaceAll('.', '_').replaceAll(quote, '_');

/** `{{ x }}` as a name of the same length: quoted where it stands alone, letters where it is part of a longer name. */
function named(text: string, before: string | undefined, after: string | undefined, quote: string): string {
  const inner = text.slice(1, -1).replaceAll(quote, "'");
  const glued = (char: string | undefined) => char !== undefined && /[\w`"'.-]/.test(char);
  return glued(before) || glued(after) ? text.replace(/[^\w\n]/g, '_') : quote + inner + quote;
}
