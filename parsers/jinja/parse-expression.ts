/** Tokens → expression trees, in Jinja2's order of precedence. */
import type { Arg, BinaryOp, CompareOp, Expr } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { numberLiteral } from './numbers.ts';
import { Tuple } from './values.ts';

const COMPARES = new Set(['==', '!=', '<', '<=', '>', '>=']);
const CONSTANTS = new Map<string, null | boolean>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
const IMPLICIT = new Set(['varargs', 'kwargs', 'caller']);
/** Words that end a bare test argument (`x is divisibleby 3 and …`). */
const AFTER_TEST = new Set(['else', 'or', 'and', 'is', 'if', 'not', 'in', 'recursive']);

/** @param ternary false where a following `if` belongs to the statement (`for … in x if …`) */
export function parseExpression(cursor: Cursor, ternary = true): Expr {
  return cursor.nested(() => (ternary ? parseConditional(cursor) : parseOr(cursor)));
}

/** One expression, or an unparenthesised tuple `a, b`. */
export function parseTuple(cursor: Cursor, ternary = true): Expr {
  const line = cursor.token.line;
  const first = parseExpression(cursor, ternary);
  if (!cursor.is('op', ',')) return first;
  const items = [first];
  while (cursor.skip('op', ',')) {
    if (endsTuple(cursor)) break;
    items.push(parseExpression(cursor, ternary));
  }
  return { kind: 'tuple', line, items };
}

function endsTuple(cursor: Cursor): boolean {
  const { type, value } = cursor.token;
  return (
    type === 'varEnd' ||
    type === 'blockEnd' ||
    (type === 'op' && (value === ')' || value === '=')) ||
    cursor.is('name', 'in')
  );
}

function parseConditional(cursor: Cursor): Expr {
  let expr = parseOr(cursor);
  while (cursor.is('name', 'if')) {
    const { line } = cursor.next();
    const test = parseOr(cursor);
    const otherwise = cursor.skip('name', 'else') ? parseExpression(cursor) : null;
    expr = { kind: 'cond', line, test, then: expr, otherwise };
  }
  return expr;
}

function parseOr(cursor: Cursor): Expr {
  let left = parseAnd(cursor);
  while (cursor.is('name', 'or'))
    left = { kind: 'or', line: cursor.next().line, left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expr {
  let left = parseNot(cursor);
  while (cursor.is('name', 'and'))
    left = { kind: 'and', line: cursor.next().line, left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expr {
  if (!cursor.is('name', 'not')) return parseCompare(cursor);
  const { line } = cursor.next();
  return { kind: 'not', line, operand: cursor.nested(() => parseNot(cursor)) };
}

function parseCompare(cursor: Cursor): Expr {
  const first = parseSum(cursor);
  const rest: { op: CompareOp; value: Expr }[] = [];
  for (;;) {
    const { type, value } = cursor.token;
    let op: CompareOp;
    if (type === 'op' && COMPARES.has(value)) op = value as CompareOp;
    else if (type === 'name' && value === 'in') op = 'in';
    else if (
      type === 'name' &&
      value === 'not' &&
      cursor.peek(1).type === 'name' &&
      cursor.peek(1).value === 'in'
    ) {
      cursor.next();
      op = 'not in';
    } else break;
    cursor.next();
    rest.push({ op, value: parseSum(cursor) });
  }
  return rest.length === 0 ? first : { kind: 'compare', line: first.line, first, rest };
}

function parseSum(cursor: Cursor): Expr {
  return parseLeft(cursor, ['+', '-'], parseConcat);
}

function parseConcat(cursor: Cursor): Expr {
  const first = parseProduct(cursor);
  if (!cursor.is('op', '~')) return first;
  const parts = [first];
  while (cursor.skip('op', '~')) parts.push(parseProduct(cursor));
  return { kind: 'concat', line: first.line, parts };
}

function parseProduct(cursor: Cursor): Expr {
  return parseLeft(cursor, ['*', '/', '//', '%'], parsePower);
}

function parsePower(cursor: Cursor): Expr {
  return parseLeft(cursor, ['**'], parseUnary);
}

function parseLeft(cursor: Cursor, ops: readonly string[], operand: (cursor: Cursor) => Expr): Expr {
  let left = operand(cursor);
  while (cursor.token.type === 'op' && ops.includes(cursor.token.value)) {
    const { line, value } = cursor.next();
    left = { kind: 'binary', line, op: value as BinaryOp, left, right: operand(cursor) };
  }
  return left;
}

function parseUnary(cursor: Cursor, filters = true): Expr {
  const { type, value, line } = cursor.token;
  let expr: Expr;
  if (type === 'op' && (value === '-' || value === '+')) {
    cursor.next();
    const operand = cursor.nested(() => parseUnary(cursor, false));
    expr = { kind: value === '-' ? 'negate' : 'plus', line, operand };
  } else expr = parsePrimary(cursor);
  expr = parsePostfix(cursor, expr);
  return filters ? parseFilters(cursor, expr) : expr;
}

function parsePrimary(cursor: Cursor): Expr {
  const { type, value, line } = cursor.token;
  if (type === 'name') {
    cursor.next();
    if (IMPLICIT.has(value)) cursor.mentions.add(value);
    const constant = CONSTANTS.get(value);
    return constant === undefined
      ? { kind: 'name', line, name: value }
      : { kind: 'const', line, value: constant };
  }
  if (type === 'string') {
    let text = cursor.next().value;
    while (cursor.is('string')) text += cursor.next().value;
    return { kind: 'const', line, value: text };
  }
  if (type === 'number') return { kind: 'const', line, value: numberLiteral(cursor.next().value) };
  if (cursor.skip('op', '(')) return parseParenthesis(cursor, line);
  if (cursor.skip('op', '[')) return { kind: 'list', line, items: parseItems(cursor, ']') };
  if (cursor.skip('op', '{')) return parseDict(cursor, line);
  return cursor.fail(`unexpected ${type === 'eof' ? 'end of file' : JSON.stringify(value || type)}`);
}

function parseParenthesis(cursor: Cursor, line: number): Expr {
  if (cursor.skip('op', ')')) return { kind: 'const', line, value: Tuple.of() };
  const inner = parseTuple(cursor);
  cursor.expect('op', ')');
  return inner;
}

function parseItems(cursor: Cursor, closer: string): Expr[] {
  const items: Expr[] = [];
  while (!cursor.skip('op', closer)) {
    items.push(parseExpression(cursor));
    if (!cursor.is('op', closer)) cursor.expect('op', ',');
  }
  return items;
}

function parseDict(cursor: Cursor, line: number): Expr {
  const pairs: [Expr, Expr][] = [];
  while (!cursor.skip('op', '}')) {
    const key = parseExpression(cursor);
    cursor.expect('op', ':');
    pairs.push([key, parseExpression(cursor)]);
    if (!cursor.is('op', '}')) cursor.expect('op', ',');
  }
  return { kind: 'dict', line, pairs };
}

function parsePostfix(cursor: Cursor, start: Expr): Expr {
  let expr = start;
  for (;;) {
    const { line } = cursor.token;
    if (cursor.skip('op', '.')) {
      const token = cursor.next();
      if (token.type === 'name') expr = { kind: 'attr', line, object: expr, name: token.value };
      else if (token.type === 'number')
        expr = {
          kind: 'item',
          line,
          object: expr,
          index: { kind: 'const', line, value: Number(token.value) },
        };
      else cursor.fail('expected a name behind the dot', line);
    } else if (cursor.skip('op', '[')) expr = parseSubscript(cursor, expr, line);
    else if (cursor.skip('op', '(')) expr = { kind: 'call', line, fn: expr, args: parseArgs(cursor) };
    else return expr;
  }
}

function parseSubscript(cursor: Cursor, object: Expr, line: number): Expr {
  const bound = (): Expr | null =>
    cursor.is('op', ':') || cursor.is('op', ']') ? null : parseExpression(cursor);
  const start = cursor.is('op', ':') ? null : parseTuple(cursor);
  if (!cursor.skip('op', ':')) {
    cursor.expect('op', ']');
    return { kind: 'item', line, object, index: start ?? cursor.fail('empty subscript') };
  }
  const stop = bound();
  const step = cursor.skip('op', ':') ? bound() : null;
  cursor.expect('op', ']');
  return { kind: 'slice', line, object, start, stop, step };
}

/** Call arguments up to and with the closing parenthesis. */
function parseArgs(cursor: Cursor): Arg[] {
  const args: Arg[] = [];
  while (!cursor.skip('op', ')')) {
    if (cursor.skip('op', '**')) args.push({ value: parseExpression(cursor), spread: 2 });
    else if (cursor.skip('op', '*')) args.push({ value: parseExpression(cursor), spread: 1 });
    else if (cursor.is('name') && cursor.peek(1).type === 'op' && cursor.peek(1).value === '=') {
      const name = cursor.next().value;
      cursor.next();
      args.push({ value: parseExpression(cursor), name });
    } else args.push({ value: parseExpression(cursor) });
    if (!cursor.is('op', ')')) cursor.expect('op', ',');
  }
  return args;
}

function parseFilters(cursor: Cursor, start: Expr): Expr {
  let expr = start;
  for (;;) {
    if (cursor.is('op', '|')) expr = parseFilter(cursor, expr);
    else if (cursor.is('name', 'is')) expr = parseTest(cursor, expr);
    // Jinja lets a filter's or test's result be called or subscripted: (x | first).name without parentheses.
    else if (expr !== start && (cursor.is('op', '(') || cursor.is('op', '.') || cursor.is('op', '[')))
      expr = parsePostfix(cursor, expr);
    else return expr;
  }
}

/** `| name(args)`; the input of a filter block's own filter is null. */
export function parseFilter(cursor: Cursor, input: Expr | null): Expr {
  const { line } = input === null ? cursor.token : cursor.expect('op', '|');
  let name = cursor.expect('name').value;
  while (cursor.skip('op', '.')) name += `.${cursor.expect('name').value}`;
  return { kind: 'filter', line, input, name, args: cursor.skip('op', '(') ? parseArgs(cursor) : [] };
}

function parseTest(cursor: Cursor, input: Expr): Expr {
  const { line } = cursor.next();
  const negated = cursor.skip('name', 'not');
  const name = cursor.expect('name').value;
  let args: Arg[] = [];
  const { type, value } = cursor.token;
  if (cursor.skip('op', '(')) args = parseArgs(cursor);
  else if (
    type === 'string' ||
    type === 'number' ||
    (type === 'op' && (value === '[' || value === '{')) ||
    (type === 'name' && !AFTER_TEST.has(value))
  ) {
    args = [{ value: parsePostfix(cursor, parsePrimary(cursor)) }];
  }
  return { kind: 'test', line, input, name, args, negated };
}
