import type { QueryTemplate } from '../schema/contracts/usage.ts';
import { shortName, spokenWords } from './name-words.ts';
import { clip, oneLine } from './plain-text.ts';

const maxCharacters = 6000;

/** A ranked query as the text that is embedded and searched: the tables that it reads, then its normalised SQL. Nothing of its runs. */
export function renderQuery({ sql, tables }: Pick<QueryTemplate, 'sql' | 'tables'>): string {
  const sorted = [...tables].sort();
  const words = sorted.map((table) => spokenWords(shortName(table)).join(' '));
  return clip(`Query on ${words.join(', ')}\nTables: ${sorted.join(', ')}\n${oneLine(sql)}`, maxCharacters);
}
