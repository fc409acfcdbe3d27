/** Conditions in plain words. */
import { own } from '../../schema/contracts/own.ts';
import type { BoundExpression, BoundWindow } from '../bind/bound.ts';
import { isMatchCall, matchWords } from './match.ts';
import { origin } from './prover.ts';
import type { Prover } from './prover.ts';

type Render = (value: BoundExpression) => string | null;

/** Null when a part has no text. */
export function wordsOf(value: BoundExpression, render: Render, prover: Prover): string | null {
  switch (value.ex) {
    case 'ref': {
      const text = render(value);
      return text && `only rows where ${text} is true`;
    }
    case 'unary':
      return unaryWords(value, render);
    case 'binary':
      return binaryWords(value, render, prover);
    case 'in': {
      const text = render(value.value);
      const items = value.list.map(render);
      if (text === null || !items.every((item) => item !== null)) return null;
      return `only rows where ${text} is ${oneOf(items)}`;
    }
    case 'between': {
      const [text, low, high] = [render(value.value), render(value.low), render(value.high)];
      return text !== null && low !== null && high !== null
        ? `only rows where ${text} is from ${low} to ${high}`
        : null;
    }
    default: {
      if (value.ex === 'call' && isMatchCall(value)) return matchWords(value, render, prover);
      const text = render(value);
      return text && `only rows where ${text}`;
    }
  }
}

const oneOf = (items: readonly string[]): string =>
  items.length === 1 ? (items[0] ?? '') : `one of ${items.join(', ')}`;

function unaryWords(value: Extract<BoundExpression, { ex: 'unary' }>, render: Render): string | null {
  const inner = value.value;
  const text = render(inner);
  if (text === null) return null;
  switch (value.op) {
    case 'IS NOT NULL':
      return `excludes rows where ${text} is null`;
    case 'IS NULL':
      return `only rows where ${text} is null`;
    case 'IS TRUE':
    case 'IS NOT FALSE':
      return `only rows where ${text} is ${value.op === 'IS TRUE' ? 'true' : 'not false'}`;
    case 'IS FALSE':
    case 'IS NOT TRUE':
      return `excludes rows where ${text} is ${value.op === 'IS FALSE' ? 'not false' : 'true'}`;
    case 'NOT':
      return notWords(inner, text, render);
    default:
      return `only rows where ${value.op.toLowerCase()} ${text}`;
  }
}

function notWords(inner: BoundExpression, text: string, render: Render): string | null {
  if (inner.ex === 'ref') return `excludes rows where ${text} is true`;
  if (inner.ex === 'unary' && inner.op === 'IS NULL') return `excludes rows where ${text}`;
  if (inner.ex === 'in') {
    const [value, items] = [render(inner.value), inner.list.map(render)];
    return value !== null && items.every((item) => item !== null)
      ? `excludes rows where ${value} is ${oneOf(items)}`
      : null;
  }
  return `excludes rows where ${text}`;
}

const comparisons: Readonly<Record<string, string>> = {
  '=': 'is',
  '==': 'is',
  '<': 'is less than',
  '<=': 'is at most',
  '>': 'is more than',
  '>=': 'is at least',
  LIKE: 'is like',
  ILIKE: 'is like',
};

function binaryWords(
  value: Extract<BoundExpression, { ex: 'binary' }>,
  render: Render,
  prover: Prover,
): string | null {
  const [left, right] = [render(value.left), render(value.right)];
  if (left === null || right === null) return null;
  const window = windowOf(value.left, prover);
  if (window && right === '1' && (value.op === '=' || value.op === '<=')) return firstWords(window, render);
  if (value.op === '<>' || value.op === '!=') return `excludes rows where ${left} is ${right}`;
  const words = own(comparisons, value.op);
  return words === undefined
    ? `only rows where ${left} ${value.op.toLowerCase()} ${right}`
    : `only rows where ${left} ${words} ${right}`;
}

function windowOf(value: BoundExpression, prover: Prover): BoundWindow | null {
  if (value.ex !== 'ref') return null;
  const definition = origin(prover, value.id);
  if (definition?.kind !== 'computed' || definition.value.ex !== 'window') return null;
  return /^(row_number|rank|dense_rank)$/.test(definition.value.call.name) ? definition.value : null;
}

/** `row_number() OVER (PARTITION BY a ORDER BY b DESC) = 1`; ranks keep all rows that are first. */
function firstWords(window: BoundWindow, render: Render): string | null {
  const by = window.partitionBy.map((id) => render({ ex: 'ref', id }));
  if (!by.every((text) => text !== null)) return null;
  const [first] = window.orderBy;
  const order = first ? render(first.value) : null;
  if (window.call.name !== 'row_number')
    return first && order !== null
      ? `keeps the rows with the ${first.descending ? 'highest' : 'lowest'} ${order}${by.length === 0 ? '' : ` per ${by.join(', ')}`}`
      : null;
  const which =
    first && order !== null
      ? `the one with the ${first.descending ? 'highest' : 'lowest'} ${order}`
      : 'any one';
  return `keeps one row per ${by.length === 0 ? 'result' : by.join(', ')}: ${which}`;
}
