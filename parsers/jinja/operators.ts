/** Operators, subscripts, slices and attribute access. */
import type { CompareOp } from './ast.ts';
import { JinjaError } from './error.ts';
import { formatPercent } from './format.ts';
import { method } from './methods.ts';
import { arithmetic, asNumber } from './numbers.ts';
import { contains, equal, list, order, typeName } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, Float, Fn, PyObject, PySet, Tuple, Undefined, type Value } from './values.ts';

export function binary(op: string, left: Value, right: Value, rt: Runtime): Value {
  const [x, y] = [asNumber(left), asNumber(right)];
  if (x !== undefined && y !== undefined) return arithmetic(op, x, y);
  if (op === '%' && typeof left === 'string') return formatPercent(left, right, rt);
  if (op === '+') {
    if (typeof left === 'string' && typeof right === 'string') {
      rt.sized(left.length + right.length);
      return left + right;
    }
    if (Array.isArray(left) && Array.isArray(right)) return joined(left, right, rt);
  }
  if (op === '*' && y !== undefined && !(y instanceof Float)) return repeated(left, Number(y), rt);
  if (op === '*' && x !== undefined && !(x instanceof Float)) return repeated(right, Number(x), rt);
  if (op === '-' && left instanceof PySet && right instanceof PySet)
    return new PySet(left.values().filter((v) => !right.has(v)));
  const custom = objectOperator(op, left, right);
  if (custom !== undefined) return custom;
  if (left instanceof Undefined || right instanceof Undefined) {
    const missing = left instanceof Undefined ? left : (right as Undefined);
    return missing.reason === 'unknown' ? missing : rt.unknown('operand', missing.path);
  }
  throw new JinjaError(`${typeName(left)} ${op} ${typeName(right)} is not possible`);
}

function objectOperator(op: string, left: Value, right: Value): Value | undefined {
  const first = left instanceof PyObject ? left.binary?.(op, right, false) : undefined;
  return first ?? (right instanceof PyObject ? right.binary?.(op, left, true) : undefined);
}

function joined(left: Value[], right: Value[], rt: Runtime): Value[] {
  if (left instanceof Tuple !== right instanceof Tuple)
    throw new JinjaError(`${typeName(left)} + ${typeName(right)} is not possible`);
  rt.step(left.length + right.length);
  const both = [...left, ...right];
  return left instanceof Tuple ? Tuple.from(both) : both;
}

function repeated(value: Value, times: number, rt: Runtime): Value {
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    rt.sized(value.length * count);
    return value.repeat(count);
  }
  if (!Array.isArray(value)) throw new JinjaError(`${typeName(value)} cannot be repeated`);
  rt.step(value.length * count);
  const all = Array.from({ length: count }, () => [...value]).flat();
  return value instanceof Tuple ? Tuple.from(all) : all;
}

export function compare(op: CompareOp, left: Value, right: Value): boolean {
  if (op === '==') return equal(left, right);
  if (op === '!=') return !equal(left, right);
  if (op === 'in') return contains(right, left);
  if (op === 'not in') return !contains(right, left);
  // A parser's stand-ins (an empty query result, say) meet comparisons; false is the reading that adds least.
  if (left instanceof Undefined || right instanceof Undefined) return false;
  const sign = order(left, right);
  return op === '<' ? sign < 0 : op === '<=' ? sign <= 0 : op === '>' ? sign > 0 : sign >= 0;
}

/** `object.name`: attribute or method first, then item. */
export function attribute(object: Value, name: string, path: string, rt: Runtime): Value {
  const native = method(object, name);
  if (native) return new Fn(name, (args, kwargs, runtime) => native(object, args, kwargs, runtime));
  if (object instanceof PyObject) {
    return present(object.attr(name, rt), () => present(object.item?.(name, rt), () => new Undefined(path)));
  }
  if (object instanceof Dict) return present(object.get(name), () => new Undefined(path));
  return missing(object, path, rt);
}

/** `object[key]`: item first, then attribute. */
export function item(object: Value, key: Value, path: string, rt: Runtime): Value {
  if (object instanceof Dict) {
    const value = object.get(key);
    if (value !== undefined) return value;
  } else if (
    (Array.isArray(object) || typeof object === 'string') &&
    (typeof key === 'number' || typeof key === 'boolean')
  ) {
    const at = Number(key);
    const found = Array.isArray(object) ? object.at(at) : Array.from(object).at(at);
    return present(found, () => new Undefined(path));
  } else if (object instanceof PyObject) {
    const value = object.item?.(key, rt);
    if (value !== undefined) return value;
  }
  return typeof key === 'string' ? attribute(object, key, path, rt) : missing(object, path, rt);
}

/** `??` would take Python's None (null) for absent. */
function present(value: Value | undefined, otherwise: () => Value): Value {
  return value === undefined ? otherwise() : value;
}

function missing(object: Value, path: string, rt: Runtime): Value {
  if (!(object instanceof Undefined)) return new Undefined(path);
  if (object.reason === 'missing') rt.unknown('name', object.path, 'warning');
  return new Undefined(path, 'unknown');
}

export function slice(object: Value, start: number | null, stop: number | null, step: number | null): Value {
  if (object instanceof Undefined) return object;
  const source = typeof object === 'string' ? Array.from(object) : list(object);
  const by = step ?? 1;
  if (by === 0) throw new JinjaError('slice step cannot be zero');
  const size = source.length;
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + size : value, low), high);
  const [from, to] =
    by > 0
      ? [clamp(start ?? 0, 0, size), clamp(stop ?? size, 0, size)]
      : [
          start === null ? size - 1 : clamp(start, -1, size - 1),
          stop === null ? -1 : clamp(stop, -1, size - 1),
        ];
  const picked: Value[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) picked.push(source[i] as Value);
  if (typeof object === 'string') return (picked as string[]).join('');
  return object instanceof Tuple ? Tuple.from(picked) : picked;
}
