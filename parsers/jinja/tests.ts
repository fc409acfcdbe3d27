/** The words behind `is`. */
import type { CompareOp } from './ast.ts';
import { filters } from './filters.ts';
import { arithmetic, asNumber } from './numbers.ts';
import { compare } from './operators.ts';
import { equal, str } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, Float, PyObject, PySet, Undefined, type Value } from './values.ts';

export type Test = (value: Value, args: Value[], rt: Runtime) => boolean;

function comparison(op: CompareOp): Test {
  return (value, args) => compare(op, value, args[0] ?? null);
}

function remainder(value: Value, divisor: Value | undefined): Value {
  const [x, y] = [asNumber(value), asNumber(divisor ?? null)];
  return x === undefined || y === undefined ? null : arithmetic('%', x, y);
}

function isInteger(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isSequence(value: Value): boolean {
  return typeof value === 'string' || Array.isArray(value) || value instanceof Dict || value instanceof PySet;
}

const equals: Test = (value, args) => equal(value, args[0] ?? null);
const isCallable: Test = (value) => value instanceof PyObject && value.call !== undefined;

export const tests: ReadonlyMap<string, Test> = new Map(
  Object.entries<Test>({
    defined: (value) => !(value instanceof Undefined),
    undefined: (value) => value instanceof Undefined,
    none: (value) => value === null,
    true: (value) => value === true,
    false: (value) => value === false,
    boolean: (value) => typeof value === 'boolean',
    string: (value) => typeof value === 'string',
    number: (value) => asNumber(value) !== undefined,
    integer: isInteger,
    float: (value) => value instanceof Float,
    mapping: (value) => value instanceof Dict,
    iterable: (value) =>
      isSequence(value) ||
      value instanceof Undefined ||
      (value instanceof PyObject && value.iterate !== undefined),
    sequence: (value) =>
      isSequence(value) ||
      value instanceof Undefined ||
      (value instanceof PyObject && value.length !== undefined),
    callable: isCallable,
    even: (value) => equal(remainder(value, 2), 0),
    odd: (value) => equal(remainder(value, 2), 1),
    divisibleby: (value, args) => equal(remainder(value, args[0]), 0),
    lower: (value) => str(value) === str(value).toLowerCase(),
    upper: (value) => str(value) === str(value).toUpperCase(),
    in: comparison('in'),
    sameas: (value, args) => value === args[0],
    equalto: equals,
    eq: equals,
    '==': equals,
    ne: (value, args) => !equal(value, args[0] ?? null),
    lt: comparison('<'),
    lessthan: comparison('<'),
    le: comparison('<='),
    gt: comparison('>'),
    greaterthan: comparison('>'),
    ge: comparison('>='),
    filter: (value) => filters.has(str(value)),
    test: (value) => tests.has(str(value)),
    escaped: () => false,
  }),
);
