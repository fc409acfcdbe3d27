/** Expression trees → values. */
import type { Arg, Expr } from './ast.ts';
import { integer } from './arguments.ts';
import { JinjaError } from './error.ts';
import { filters } from './filters.ts';
import { method } from './methods.ts';
import { asNumber, arithmetic } from './numbers.ts';
import { attribute, binary, compare, item, slice } from './operators.ts';
import { iterate, plain, str, truthy, typeName } from './python.ts';
import type { Runtime, Scope } from './runtime.ts';
import { tests } from './tests.ts';
import { Dict, Fn, PyObject, Tuple, Undefined, type Kwargs, type Traced, type Value } from './values.ts';

/** dbt's `return(value)`: leaves the macro that it stands in. */
export class ReturnSignal {
  readonly value: Traced;
  constructor(value: Traced) {
    this.value = value;
  }
}

export function evaluate(expr: Expr, scope: Scope, rt: Runtime): Value {
  return plain(evaluateTraced(expr, scope, rt));
}

/** As `evaluate`, but the text of a macro keeps its lines where nothing changes it on the way. */
export function evaluateTraced(expr: Expr, scope: Scope, rt: Runtime): Traced {
  rt.step();
  const value = (inner: Expr): Value => evaluate(inner, scope, rt);
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'name': {
      const own = scope.get(expr.name);
      if (own !== undefined) return own;
      const given = rt.options.lookup(expr.name);
      return given === undefined ? new Undefined(expr.name) : given;
    }
    case 'call':
      return call(expr, scope, rt);
    case 'attr':
      return attribute(value(expr.object), expr.name, pathOf(expr), rt);
    case 'item':
      return item(value(expr.object), value(expr.index), pathOf(expr), rt);
    case 'filter':
      return filter(expr, expr.input === null ? '' : value(expr.input), scope, rt);
    case 'test':
      return test(expr, scope, rt);
    case 'cond': {
      if (truthy(value(expr.test))) return evaluateTraced(expr.then, scope, rt);
      return expr.otherwise ? evaluateTraced(expr.otherwise, scope, rt) : new Undefined('else');
    }
    case 'and': {
      const left = value(expr.left);
      return truthy(left) ? value(expr.right) : left;
    }
    case 'or': {
      const left = value(expr.left);
      return truthy(left) ? left : value(expr.right);
    }
    case 'not':
      return !truthy(value(expr.operand));
    case 'compare': {
      let left = value(expr.first);
      for (const { op, value: next } of expr.rest) {
        const right = value(next);
        if (!compare(op, left, right)) return false;
        left = right;
      }
      return true;
    }
    case 'concat': {
      const text = expr.parts.map((part) => rt.text(value(part))).join('');
      rt.sized(text.length);
      return text;
    }
    case 'binary':
      return binary(expr.op, value(expr.left), value(expr.right), rt);
    case 'negate':
    case 'plus':
      return signed(expr.kind, value(expr.operand));
    case 'list':
      return expr.items.map(value);
    case 'tuple':
      return Tuple.from(expr.items.map(value));
    case 'dict':
      return Dict.from(expr.pairs.map(([key, item]) => [value(key), value(item)] as const));
    case 'slice': {
      const bound = (inner: Expr | null): number | null => {
        const given = inner && value(inner);
        return given === null ? null : integer(given, 0);
      };
      return slice(value(expr.object), bound(expr.start), bound(expr.stop), bound(expr.step));
    }
  }
}

function signed(kind: 'negate' | 'plus', operand: Value): Value {
  const number = asNumber(operand);
  if (number === undefined) throw new JinjaError(`${typeName(operand)} has no sign`);
  return kind === 'plus' ? number : arithmetic('*', number, -1);
}

function call(expr: Expr & { kind: 'call' }, scope: Scope, rt: Runtime): Traced {
  const { fn } = expr;
  rt.line = expr.line;
  if (fn.kind === 'name' && fn.name === 'return') {
    const [first] = expr.args;
    throw new ReturnSignal(first ? evaluateTraced(first.value, scope, rt) : null);
  }
  let callee: Value;
  if (fn.kind === 'attr') {
    const object = evaluate(fn.object, scope, rt);
    const native = method(object, fn.name);
    if (native) {
      const { args, kwargs } = bind(expr.args, scope, rt);
      rt.line = expr.line;
      return native(object, args, kwargs, rt);
    }
    callee = attribute(object, fn.name, pathOf(fn), rt);
  } else callee = evaluate(fn, scope, rt);
  const { args, kwargs } = bind(expr.args, scope, rt);
  rt.line = expr.line;
  if (callee instanceof Undefined && callee.reason === 'missing') return rt.unknown('function', pathOf(fn));
  return rt.callTraced(callee, args, kwargs);
}

export function bind(args: readonly Arg[], scope: Scope, rt: Runtime): { args: Value[]; kwargs: Kwargs } {
  const bound: { args: Value[]; kwargs: Kwargs } = { args: [], kwargs: new Map() };
  for (const arg of args) {
    const value = evaluate(arg.value, scope, rt);
    if (arg.name !== undefined) bound.kwargs.set(arg.name, value);
    else if (arg.spread === 1) bound.args.push(...iterate(value));
    else if (arg.spread === 2) {
      if (value instanceof Dict) for (const [key, entry] of value.items()) bound.kwargs.set(str(key), entry);
    } else bound.args.push(value);
  }
  return bound;
}

export function filter(expr: Expr & { kind: 'filter' }, input: Value, scope: Scope, rt: Runtime): Traced {
  // A filter block's chain ends in the filter that takes the block's text.
  const source =
    expr.input?.kind === 'filter' && expr.input.input === null
      ? plain(filter(expr.input, input, scope, rt))
      : input;
  const { args, kwargs } = bind(expr.args, scope, rt);
  rt.line = expr.line;
  const native = filters.get(expr.name);
  if (native) return native([source, ...args], kwargs, rt);
  const custom = rt.options.lookup(`|${expr.name}`);
  return custom === undefined
    ? rt.unknown('filter', expr.name)
    : rt.callTraced(custom, [source, ...args], kwargs);
}

function test(expr: Expr & { kind: 'test' }, scope: Scope, rt: Runtime): Value {
  const input = evaluate(expr.input, scope, rt);
  const { args } = bind(expr.args, scope, rt);
  const native = tests.get(expr.name);
  if (!native) return rt.unknown('test', expr.name);
  return native(input, args, rt) !== expr.negated;
}

/** How the template reached a value: `adapter.get_columns`, for messages and placeholders. */
function pathOf(expr: Expr): string {
  switch (expr.kind) {
    case 'name':
      return expr.name;
    case 'attr':
      return `${pathOf(expr.object)}.${expr.name}`;
    case 'item':
      return `${pathOf(expr.object)}[${expr.index.kind === 'const' ? str(expr.index.value) : '…'}]`;
    case 'call':
      return `${pathOf(expr.fn)}()`;
    case 'filter':
      return expr.name;
    default:
      return 'expression';
  }
}

export function isCallable(value: Value): boolean {
  return value instanceof Fn || (value instanceof PyObject && value.call !== undefined);
}
