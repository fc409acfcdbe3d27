import { own } from '../../../schema/contracts/own.ts';
import type { Expression, SortKey, WindowExpression } from '../../../schema/contracts/relation.ts';
import type { Call, Library } from '../run.ts';
import { textOf, unknown, type Value } from '../values.ts';
import { columnValue, expressionOf } from './expressions.ts';

const comparisons: Readonly<Record<string, string>> = {
  eqNullSafe: 'IS NOT DISTINCT FROM',
  like: 'LIKE',
  ilike: 'ILIKE',
  rlike: 'RLIKE',
  bitwiseAND: '&',
  bitwiseOR: '|',
};
const tests: Readonly<Record<string, string>> = {
  isNull: 'IS NULL',
  isNotNull: 'IS NOT NULL',
  isna: 'IS NULL',
  notna: 'IS NOT NULL',
  isnull: 'IS NULL',
  notnull: 'IS NOT NULL',
};

/** Methods of a Spark column (and the few that pandas' columns share). */
export const columnMethods: Library = (call) => {
  const { receiver, method } = call;
  if (receiver?.is === 'window') return windowMethod(receiver, call);
  if (receiver?.is !== 'column' && receiver?.is !== 'cases') return undefined;
  const value = expressionOf(receiver);
  const name = receiver.is === 'column' ? receiver.name : undefined;
  const of = (expression: Expression): Value => ({
    is: 'column',
    value: expression,
    ...(name === undefined ? {} : { name }),
  });
  const [first, second] = call.args;
  const operand = (arg: Value | undefined): Expression => (arg === undefined ? value : expressionOf(arg));
  const test = own(tests, method);
  const comparison = own(comparisons, method);
  if (test !== undefined) return of({ ex: 'unary', op: test, value });
  if (comparison !== undefined)
    return of({ ex: 'binary', op: comparison, left: value, right: operand(first) });
  switch (method) {
    case 'alias':
    case 'name':
    case 'rename':
      return { is: 'column', value, ...(textOf(first) === undefined ? {} : { name: textOf(first) ?? '' }) };
    case 'cast':
    case 'astype':
    case 'try_cast':
      return of({
        ex: 'cast',
        value,
        type: castType(first),
        ...(method === 'try_cast' ? { safe: true } : {}),
      });
    case 'isin': {
      const list = first?.is === 'list' ? first.items : call.args;
      return of({ ex: 'in', value, list: list.map(expressionOf) });
    }
    case 'between':
      return of({ ex: 'between', value, low: operand(first), high: operand(second) });
    case 'when': {
      const branches = receiver.is === 'cases' ? receiver.branches : [];
      return { is: 'cases', branches: [...branches, { when: operand(first), then: operand(second) }] };
    }
    case 'otherwise':
      return of({
        ex: 'case',
        branches: receiver.is === 'cases' ? receiver.branches : [],
        otherwise: operand(first),
      });
    case 'over':
      return of(windowOf(value, first));
    case 'asc':
    case 'asc_nulls_last':
    case 'asc_nulls_first':
      return { is: 'column', value, sort: { value } };
    case 'desc':
    case 'desc_nulls_last':
    case 'desc_nulls_first':
      return { is: 'column', value, sort: { value, descending: true } };
    case 'getField':
    case 'getItem': {
      const field = textOf(first);
      return of(
        field === undefined ? { ex: 'field', value, index: operand(first) } : { ex: 'field', value, field },
      );
    }
    default:
      return of({ ex: 'call', name: method.toLowerCase(), args: [value, ...call.args.map(expressionOf)] });
  }
};

function castType(value: Value | undefined): string {
  const text = textOf(value);
  if (text !== undefined) return text.toLowerCase();
  const path = value?.is === 'object' ? value.type : value?.is === 'name' ? value.path : 'unknown';
  return path
    .slice(path.lastIndexOf('.') + 1)
    .replace(/Type$/, '')
    .toLowerCase();
}

function windowOf(value: Expression, spec: Value | undefined): WindowExpression | Expression {
  const call = value.ex === 'call' ? value : undefined;
  if (call === undefined) return { ex: 'opaque', parts: [value] };
  if (spec?.is !== 'window') return { ex: 'opaque', parts: [value], text: 'over a window that is not known' };
  return {
    ex: 'window',
    call,
    partitionBy: spec.partitionBy,
    orderBy: spec.orderBy,
    ...(spec.frame === undefined ? {} : { frame: spec.frame }),
  };
}

type WindowValue = Extract<Value, { is: 'window' }>;

const flat = (values: readonly Value[]): Value[] =>
  values.flatMap((value) => (value.is === 'list' ? value.items : [value]));

export const sortKeys = (values: readonly Value[]): SortKey[] =>
  flat(values).map((value) =>
    value.is === 'column' && value.sort !== undefined ? value.sort : { value: columnValue(value) },
  );

function windowMethod(window: WindowValue, call: Call): Value {
  if (call.method === 'partitionBy') return { ...window, partitionBy: flat(call.args).map(columnValue) };
  if (call.method === 'orderBy') return { ...window, orderBy: sortKeys(call.args) };
  if (call.method === 'rowsBetween' || call.method === 'rangeBetween') {
    const unit = call.method === 'rowsBetween' ? 'ROWS' : 'RANGE';
    const bounds = call.args.map((arg) =>
      arg.is === 'number' ? arg.text : arg.is === 'name' ? bound(arg.path) : '?',
    );
    return { ...window, frame: `${unit} BETWEEN ${bounds.join(' AND ')}` };
  }
  return unknown(call.method);
}

const bound = (path: string): string =>
  path
    .slice(path.lastIndexOf('.') + 1)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();

const emptyWindow: WindowValue = { is: 'window', partitionBy: [], orderBy: [] };

/** `Window.partitionBy(…)`. */
export const windowLibrary: Library = (call) => {
  if (!/(^|\.)Window\.\w+$/.test(call.path)) return undefined;
  return windowMethod(emptyWindow, call);
};
