/**
 * Splits a script into statements. Control flow (BEGIN, IF, LOOP, FOR, EXCEPTION, procedures) is taken apart: its bodies come out as
 * statements, its conditions and values as expressions, all in the order of the text.
 */
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { keyword, tokenize, type Token } from './lexer.ts';

export interface Chunk {
  /** `expression`: a condition or a value of the script, without a verb. `declare`: a declaration in a block's head, without its verb. */
  readonly kind: 'statement' | 'expression' | 'declare';
  readonly tokens: readonly Token[];
  /** Inside a procedure or block: `SELECT … INTO x` fills a variable there. */
  readonly procedural: boolean;
}

const maxNesting = 8;

export function splitScript(text: string, dialect: Dialect): Chunk[] {
  return split(tokenize(text, dialect), dialect, false, 0);
}

function split(tokens: readonly Token[], dialect: Dialect, nested: boolean, depth: number): Chunk[] {
  const chunks: Chunk[] = [];
  let procedural = nested;
  let declaring = false;
  let index = 0;
  const word = (ahead = 0) => keyword(tokens[index + ahead]);
  const isSymbol = (at: number, symbol: string) =>
    tokens[at]?.kind === 'symbol' && tokens[at].text === symbol;
  /** First index from `index` on, outside of brackets and CASE, where one of the words stands; stops at `;`. */
  const find = (words: readonly string[]): number => {
    let open = 0;
    for (let at = index; at < tokens.length; at++) {
      if (isSymbol(at, ';')) return at;
      if (isSymbol(at, '(')) open++;
      else if (isSymbol(at, ')')) open--;
      else if (keyword(tokens[at]) === 'CASE') open++;
      else if (open > 0 && keyword(tokens[at]) === 'END') open--;
      else if (open <= 0 && words.includes(keyword(tokens[at]))) return at;
    }
    return tokens.length;
  };
  const emit = (kind: Chunk['kind'], from: number, to: number) => {
    if (to > from) chunks.push({ kind, tokens: tokens.slice(from, to), procedural });
  };
  const condition = (end: readonly string[]) => {
    index++;
    const to = find(end);
    emit('expression', index, to);
    index = to + 1;
  };
  const body = (token: Token) => {
    if (depth >= maxNesting) return;
    const open = /^(?:\$\w*\$|'|")/.exec(token.text)?.[0] ?? '';
    const inner = tokenize(token.text.slice(open.length, token.text.length - open.length), dialect).map(
      (each) => ({
        ...each,
        start: each.start + token.start + open.length,
        end: each.end + token.start + open.length,
      }),
    );
    chunks.push(...split(inner, dialect, true, depth + 1));
  };

  while (index < tokens.length) {
    if (isSymbol(index, ';')) {
      index++;
      continue;
    }
    const verb = word();
    if (isSymbol(index + 1, ':') && ['BEGIN', 'LOOP', 'WHILE', 'FOR', 'REPEAT'].includes(word(2))) index += 2;
    else if (verb === 'BEGIN' && !['', 'TRANSACTION', 'TRAN', 'WORK'].includes(word(1))) {
      declaring = false;
      procedural = true;
      index += word(1) === 'ATOMIC' ? 2 : 1;
    } else if (declaring) {
      const to = find([]);
      emit('declare', index, to);
      index = to;
    } else if (verb === 'DECLARE' && ['snowflake', 'postgres', 'redshift'].includes(dialect)) {
      declaring = true;
      index++;
    } else if (verb === 'EXCEPTION' || verb === 'WHEN') index = find(['THEN']) + 1;
    else if (verb === 'IF' || verb === 'ELSEIF' || verb === 'ELSIF') condition(['THEN']);
    else if (verb === 'WHILE') condition(['DO', 'LOOP']);
    else if (verb === 'UNTIL') condition(['END']);
    else if (verb === 'ELSE' || verb === 'LOOP' || verb === 'REPEAT') index++;
    else if (verb === 'END') index = find([]);
    else if (verb === 'FOR') {
      index = find(['IN']);
      condition(['DO', 'LOOP']);
    } else if (isSymbol(index + 1, ':=') || (verb === 'LET' && !isSymbol(index + 1, '.'))) {
      const to = find([]);
      const sign = tokens.slice(index, to).findIndex((token) => token.text === ':=');
      emit('expression', sign === -1 ? to : index + sign + 1, to);
      index = to;
    } else if (verb === 'CREATE' && createsRoutine(tokens, index)) {
      const end = find(['BEGIN']);
      const quoted = tokens
        .slice(index, end)
        .find((token, at, all) => token.kind === 'string' && keyword(all[at - 1]) === 'AS');
      if (quoted) body(quoted);
      else if (keyword(tokens[end]) !== 'BEGIN') emit('statement', index, end);
      index = end;
    } else if (verb === 'CREATE' && word(1) === 'TASK') index = find(['AS']) + 1;
    else if (verb === 'DO' && tokens[index + 1]?.kind === 'string') {
      body(tokens[index + 1]!);
      index = find([]);
    } else {
      const to = endOfStatement(tokens, index);
      emit('statement', index, to);
      index = to;
    }
  }
  return chunks;
}

function endOfStatement(tokens: readonly Token[], from: number): number {
  for (let at = from; at < tokens.length; at++)
    if (tokens[at]!.kind === 'symbol' && tokens[at]!.text === ';') return at;
  return tokens.length;
}

/** `CREATE [OR REPLACE] … PROCEDURE`. */
function createsRoutine(tokens: readonly Token[], from: number): boolean {
  for (let at = from + 1; at < from + 6; at++) {
    const word = keyword(tokens[at]);
    if (word === 'PROCEDURE') return true;
    if (!['OR', 'REPLACE', 'TEMP', 'TEMPORARY', 'SECURE'].includes(word)) return false;
  }
  return false;
}
