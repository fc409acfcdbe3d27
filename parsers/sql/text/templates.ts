/**
 * Text that a template engine has not rendered: made readable as SQL without moving anything. Tags vanish, of several branches the first stays,
 * and an expression becomes a quoted name that keeps its text. Every character keeps its place.
 */
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { templateTags } from './template-tags.ts';

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
  /** Whether a quote is open at the end of `out`; none goes over the end of a line. */
  let quoted = false;
  const add = (part: string) => {
    out += part;
    const line = part.slice(part.lastIndexOf('\n') + 1);
    quoted = (quoted && line.length === part.length) !== (line.split(quote).length % 2 === 0);
  };
  const keep = (part: string) => {
    add(dropping() ? blank(part) : part);
  };
  for (const { index, tag } of templateTags(text)) {
    keep(text.slice(from, index));
    from = index + tag.length;
    if (tag.startsWith('{{')) {
      keep(quoted ? inQuotes(tag, quote) : named(tag, text[index - 1], text[from], quote));
      continue;
    }
    const word = /^\{%[-+]?\s*(\w+)/.exec(tag)?.[1] ?? '';
    const isBlock = word === 'macro' || (word === 'set' && !tag.includes('='));
    if (word === 'if' || word === 'for' || word === 'call' || isBlock)
      opened.push({ word, dropping: isBlock });
    else if (word === 'else' || word === 'elif') {
      const inner = opened.at(-1);
      if (inner !== undefined) inner.dropping = true;
    } else if (word === `end${opened.at(-1)?.word}`) opened.pop();
    add(blank(tag));
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
