/**
 * Pipe syntax (`FROM t |> WHERE … |> AGGREGATE … GROUP BY …`): each step is written as a SELECT over a stand-in for the steps before it, read like
 * any other query, and put on top of them.
 */
import type { Relation, With } from '../../../schema/contracts/relation.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import { convertQuery } from '../convert/query.ts';
import type { CteScope } from '../convert/env.ts';
import { readTree } from '../readers/read-tree.ts';
import { splitAtCommas, type Cursor } from '../text/cursor.ts';
import { keyword, type Token } from '../text/lexer.ts';
import { envOf, guarded, type ReadQuery } from './read-query.ts';
import { cursorOf, derived, replaced, textOf, within, type Source } from './statement.ts';

const standIn = 'tablelore_pipe';

/** Undefined when the query holds no pipe, or one of its steps is not understood. */
export function readPipe(source: Source): ReadQuery | undefined {
  const steps = splitAtPipes(source.tokens);
  const [head, ...others] = steps;
  if (!head || others.length === 0) return undefined;
  const start = converted(headAsQuery(within(source, head)), undefined);
  if (!start) return undefined;
  const ctes = start.op === 'with' ? start.ctes : [];
  const scope = ctes.reduce<CteScope | undefined>(
    (outer, cte) => ({ name: cte.name.toLowerCase(), outer }),
    undefined,
  );
  let body = unwrapped(start.op === 'with' ? start.body : start);
  for (const step of others) {
    const next = applyStep(body, within(source, step), scope);
    if (!next) return undefined;
    body = next;
  }
  const relation: Relation = ctes.length > 0 ? ({ ...start, body } as With) : body;
  return { status: 'parsed', relation, reads: readsOf(relation) };
}

function splitAtPipes(tokens: readonly Token[]): Token[][] {
  const steps: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' && token.kind === 'symbol') depth++;
    if (token.text === ')' && token.kind === 'symbol') depth--;
    if (token.text === '|>' && depth === 0) steps.push([]);
    else steps.at(-1)!.push(token);
  }
  return steps.every((step) => step.length > 0) ? steps : [];
}

/** `FROM t` alone is a query here. */
function headAsQuery(source: Source): Source {
  const cursor = cursorOf(source);
  while (!cursor.done && cursor.word() !== 'FROM' && cursor.word() !== 'SELECT')
    if (!cursor.group()) cursor.index++;
  return cursor.word() === 'FROM' ? replaced(source, cursor.index, cursor.index, 'SELECT * ') : source;
}

function converted(source: Source, ctes: CteScope | undefined): Relation | undefined {
  const result = readTree(textOf(source), source.dialect);
  return 'tree' in result
    ? guarded(source, () => convertQuery(result.tree, { ...envOf(source), ctes }))
    : undefined;
}

function applyStep(input: Relation, step: Source, ctes: CteScope | undefined): Relation | undefined {
  const cursor = cursorOf(step);
  if (cursor.accept('AS')) {
    const name = cursor.identifier();
    return name && { op: 'alias', input, name: name.name };
  }
  const query = asQuery(step, cursor);
  if (query === undefined) return undefined;
  const relation = converted(derived(step, query, step.tokens[0]!.start), { name: standIn, outer: ctes });
  return relation && (putIn(unwrapped(relation), input) as Relation);
}

const list = (source: Source, tokens: readonly Token[]): string => textOf(within(source, tokens));

/** One step as a query over the stand-in; undefined for a step of an unknown kind. */
function asQuery(step: Source, cursor: Cursor): string | undefined {
  const whole = textOf(step);
  const verb = cursor.word();
  const content = list(step, step.tokens.slice(1));
  switch (verb) {
    case 'SELECT':
      return `${whole} FROM ${standIn}`;
    case 'EXTEND':
      return `SELECT *, ${content} FROM ${standIn}`;
    case 'DROP':
      return `SELECT * EXCEPT (${content}) FROM ${standIn}`;
    case 'SET':
      return `SELECT * REPLACE (${assignments(step)}) FROM ${standIn}`;
    case 'DISTINCT':
      return `SELECT DISTINCT * FROM ${standIn}`;
    case 'AGGREGATE':
      return aggregation(step);
    case 'CALL':
      return `SELECT * FROM ${content.replace('(', `(TABLE ${standIn}, `)}`;
    case 'UNION':
    case 'INTERSECT':
    case 'EXCEPT':
      return combination(step, cursor);
    default:
      return otherVerbs.has(verb) ? `SELECT * FROM ${standIn} ${whole}` : undefined;
  }
}

const otherVerbs: ReadonlySet<string> = new Set(
  'WHERE ORDER LIMIT JOIN INNER LEFT RIGHT FULL CROSS PIVOT UNPIVOT TABLESAMPLE'.split(' '),
);

function assignments(step: Source): string {
  return splitAtCommas(step.tokens.slice(1))
    .map(([name, , ...value]) => `${list(step, value)} AS ${name!.text}`)
    .join(', ');
}

/** `AGGREGATE SUM(x) AS s GROUP BY k AS key`: the keys come out first. */
function aggregation(step: Source): string {
  const group = step.tokens.findIndex((token, index) => keyword(token) === 'GROUP' && index > 0);
  const aggregates = step.tokens.slice(1, group === -1 ? undefined : group);
  const by =
    group === -1 ? -1 : step.tokens.findIndex((token, index) => keyword(token) === 'BY' && index > group);
  const keys =
    by === -1 ? [] : splitAtCommas(step.tokens.slice(by + 1)).map((key) => list(step, unordered(key)));
  const items = [...keys, ...(aggregates.length > 0 ? [list(step, aggregates)] : [])].join(', ');
  const grouping = keys.length > 0 ? ` GROUP BY ${keys.map((_, index) => index + 1).join(', ')}` : '';
  return `SELECT ${items} FROM ${standIn}${grouping}`;
}

const unordered = (key: readonly Token[]): readonly Token[] =>
  ['ASC', 'DESC'].includes(keyword(key.at(-1))) ? key.slice(0, -1) : key;

function combination(step: Source, cursor: Cursor): string {
  while (!cursor.done && cursor.token?.text !== '(') cursor.index++;
  const operator = list(step, step.tokens.slice(0, cursor.index));
  const queries = splitAtCommas(step.tokens.slice(cursor.index));
  return [`SELECT * FROM ${standIn}`, ...queries.map((query) => list(step, query))].join(` ${operator} `);
}

/** The `SELECT *` around a step that keeps all columns says nothing. */
function unwrapped(relation: Relation): Relation {
  if (relation.op === 'sort' || relation.op === 'limit')
    return { ...relation, input: unwrapped(relation.input) };
  if (relation.op !== 'project' || relation.items.length !== 1) return relation;
  const star = relation.items[0]!.value;
  const plain = star.ex === 'star' && Object.keys(star).length === 1;
  return plain ? relation.input : relation;
}

function putIn(value: unknown, input: Relation): unknown {
  if (Array.isArray(value)) return value.map((each) => putIn(each, input));
  if (typeof value !== 'object' || value === null) return value;
  const node = value as { readonly op?: string; readonly name?: string };
  if (node.op === 'cte' && node.name === standIn) return input;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, putIn(each, input)]));
}
