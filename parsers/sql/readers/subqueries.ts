/**
 * Subqueries right before a set operator. The first reader takes `UNION …` into them, without an error, so the text is changed before it reads; the
 * converters take the change away again.
 */
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { keyword, tokenize, type Token } from '../text/lexer.ts';
import { words } from '../text/words.ts';
import { closing, edited, is, type Edit } from './repairs.ts';

/** The name given to `FROM (…)` where the code gives none. */
export const derivedAlias = 'tablelore_derived';

/** A call of this name stands for its only argument. */
export const valueCall = 'tablelore_value';

const setOperators: ReadonlySet<string> = words('UNION INTERSECT EXCEPT MINUS');
// A comment cannot end in two ways: a text without set operators is refused in linear time.
const beforeSetOperator =
  /\)(?:\s|--[^\n]*\n|#[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:UNION|INTERSECT|EXCEPT|MINUS)\b/i;

/** `FROM (SELECT …) UNION …` gets a name for the subquery, and `WHERE a > (SELECT …) UNION …` a call around it. */
export function keepSubqueriesApart(text: string, dialect: Dialect): string {
  if (!beforeSetOperator.test(text)) return text;
  const tokens = tokenize(text, dialect);
  const edits = tokens.flatMap((token, index): Edit[] => {
    const inside = tokens[index + 1];
    if (!is(token, '(')) return [];
    if (!is(inside, '(') && !['SELECT', 'WITH', 'FROM'].includes(keyword(inside))) return [];
    const before = tokens[index - 1];
    const derived = keyword(before) === 'FROM';
    if (!derived && !comesBeforeValue(before)) return [];
    const end = closing(tokens, index);
    if (!setOperators.has(keyword(tokens[end + 1]))) return [];
    const at = tokens[end]!.end;
    return derived
      ? [{ from: at, to: at, text: ` AS ${derivedAlias}` }]
      : [
          { from: token.start, to: token.start, text: `${valueCall}(` },
          { from: at, to: at, text: ')' },
        ];
  });
  return (
    edited(
      text,
      edits.sort((left, right) => left.from - right.from),
    ) ?? text
  );
}

const operators: ReadonlySet<string> = new Set([
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '!=',
  '+',
  '-',
  '*',
  '/',
  '||',
]);
const valueWords: ReadonlySet<string> = words('WHERE HAVING QUALIFY ON AND OR NOT BETWEEN LIKE');

const comesBeforeValue = (token: Token | undefined): boolean =>
  (token?.kind === 'symbol' && operators.has(token.text)) || valueWords.has(keyword(token));
