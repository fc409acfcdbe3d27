/** The tolerant reader: finds the names of tables in tokens, when no syntax tree is to be had. It may be wrong, and says so (`low`). */
import { words } from '../text/words.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { Cursor } from '../text/cursor.ts';
import { keyword } from '../text/lexer.ts';
import { reference, type Source } from './statement.ts';

const before: ReadonlySet<string> = new Set(['FROM', 'JOIN', 'USING', 'CLONE']);
const notNames: ReadonlySet<string> = words(`
  SELECT UNNEST LATERAL TABLE VALUES WITH WHERE ONLY EXPLODE FLATTEN UNION ON SET AS
`);
/** `EXTRACT(day FROM x)` and others: FROM inside their parentheses is no clause. */
const fromInside: ReadonlySet<string> = new Set([
  'EXTRACT',
  'TRIM',
  'SUBSTRING',
  'OVERLAY',
  'POSITION',
  'SUBSTR',
]);

export function tablesInTokens(source: Source): NameRef[] {
  const cursor = new Cursor(source.tokens, source.dialect);
  const ctes = cteNames(source);
  const found = new Map<string, NameRef>();
  const calls: string[] = [];
  const aliases = new Set<string>();
  while (!cursor.done) {
    const token = cursor.token!;
    const word = cursor.word();
    if (token.text === '(') calls.push(keyword(source.tokens[cursor.index - 1]));
    if (token.text === ')') calls.pop();
    cursor.index++;
    const previous = keyword(source.tokens[cursor.index - 2]);
    if (
      !before.has(word) ||
      fromInside.has(calls.at(-1) ?? '') ||
      (word === 'FROM' && previous === 'DISTINCT')
    )
      continue;
    do {
      cursor.accept('ONLY');
      if (notNames.has(cursor.word())) break;
      const name = cursor.name();
      if (!name || cursor.token?.text === '(') break;
      const isName = name.parts.length > 1 || !ctes.has(name.parts[0]!.toLowerCase());
      const path = name.parts.length > 1 && aliases.has(name.parts[0]!.toLowerCase());
      if (isName && !path)
        found.set(JSON.stringify(name.parts), { ...reference(source, name), confidence: 'low' });
      cursor.accept('AS');
      aliases.add(name.parts.at(-1)!.toLowerCase());
      if (cursor.token?.kind === 'word' && !endsSource.has(cursor.word()))
        aliases.add(cursor.identifier()!.name.toLowerCase());
    } while (word !== 'USING' && cursor.symbol(','));
  }
  return [...found.values()];
}

const endsSource: ReadonlySet<string> = words(`
  WHERE JOIN LEFT RIGHT INNER CROSS FULL ON USING GROUP ORDER LIMIT UNION HAVING QUALIFY WHEN WINDOW
`);

/** Names before `AS (`: more than CTEs may look like that, but no table does. */
function cteNames(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  source.tokens.forEach((token, index) => {
    const opens = source.tokens[index + 1];
    const name = source.tokens[index - 1];
    if (keyword(token) === 'AS' && opens?.text === '(' && name)
      names.add(name.text.replace(/^[`"]|[`"]$/g, '').toLowerCase());
  });
  return names;
}
