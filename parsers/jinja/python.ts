/** What Python's built-in protocols say about values: truth, equality, order, text, iteration. */
import { JinjaError } from './error.ts';
import { asNumber, floatText, toFloat, type PyNumber } from './numbers.ts';
import { Rendered } from './output.ts';
import { Dict, Float, Fn, PyObject, PySet, Tuple, Undefined, type Traced, type Value } from './values.ts';

export function truthy(value: Value): boolean {
  if (value === null || value === '' || value === false || value instanceof Undefined) return false;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'bigint') return value !== 0n;
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Dict || value instanceof PySet) return value.size > 0;
  return value instanceof PyObject ? value.truthy && value.length?.() !== 0 : true;
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined)
    return toFloat(x) === toFloat(y) && (typeof x !== 'bigint' || x === y);
  if (Array.isArray(a) && Array.isArray(b)) {
    return (
      a.length === b.length &&
      a instanceof Tuple === b instanceof Tuple &&
      a.every((item, i) => equal(item, b[i] as Value))
    );
  }
  if (a instanceof Dict && b instanceof Dict) {
    return (
      a.size === b.size && a.items().every(([key, value]) => b.has(key) && equal(value, b.get(key) as Value))
    );
  }
  if (a instanceof PySet && b instanceof PySet)
    return a.size === b.size && a.values().every((item) => b.has(item));
  if (a instanceof PyObject && b instanceof PyObject) return a.compare?.(b) === 0;
  return a instanceof Undefined && b instanceof Undefined;
}

/** @throws JinjaError where Python raises TypeError */
export function order(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined) return sign(x, y);
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const [left, right] = [a[i] as Value, b[i] as Value];
      if (!equal(left, right)) return order(left, right);
    }
    return a.length - b.length;
  }
  if (a instanceof PyObject && b instanceof PyObject) {
    const result = a.compare?.(b);
    if (result !== undefined) return result;
  }
  throw new JinjaError(`cannot order ${typeName(a)} and ${typeName(b)}`);
}

function sign(a: PyNumber, b: PyNumber): number {
  const [x, y] = typeof a === 'bigint' && typeof b === 'bigint' ? [a, b] : [toFloat(a), toFloat(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint') return 'int';
  if (value instanceof Float) return 'float';
  if (Array.isArray(value)) return value instanceof Tuple ? 'tuple' : 'list';
  if (value instanceof Dict) return 'dict';
  if (value instanceof PySet) return 'set';
  return value instanceof Undefined ? 'Undefined' : value.typeName;
}

/** Text with its lines → text. */
export function plain(value: Traced): Value {
  return value instanceof Rendered ? value.text : value;
}

/** Python's `str()`. An undefined value is the empty string; placeholders are the renderer's business. */
export function str(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Undefined ? '' : value instanceof PyObject ? value.str() : repr(value);
}

/** Bounds the text of lists that hold themselves, and of those that hold the same list over and over. */
interface Budget {
  left: number;
}
const MAX_DEPTH = 40;

/** Python's `repr()`; past 200,000 parts, or 40 levels, the rest is `...`. */
export function repr(value: Value, depth = 0, budget: Budget = { left: 200_000 }): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (depth > MAX_DEPTH || --budget.left < 0) return '...';
  const inner = (item: Value): string => repr(item, depth + 1, budget);
  if (value instanceof Tuple) return `(${value.map(inner).join(', ')}${value.length === 1 ? ',' : ''})`;
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`;
  if (value instanceof Dict)
    return `{${value
      .items()
      .map(([k, v]) => `${inner(k)}: ${inner(v)}`)
      .join(', ')}}`;
  if (value instanceof PySet) return value.size === 0 ? 'set()' : `{${value.values().map(inner).join(', ')}}`;
  if (value instanceof Undefined) return 'Undefined';
  return value instanceof Fn ? `<function ${value.name}>` : value.str();
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\n\r\t]|[\u0000-\u001f\u007f]/g, (char) => {
    const named = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[char];
    return named ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return mark + (mark === "'" ? body.replaceAll("'", "\\'") : body) + mark;
}

/** The items that a `for` sees; an undefined value has none. @throws JinjaError for what cannot be iterated */
export function iterate(value: Value): Iterable<Value> {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return Array.from(value);
  if (value instanceof Dict) return value.keys();
  if (value instanceof PySet) return value.values();
  if (value instanceof Undefined) return [];
  const items = value instanceof PyObject ? value.iterate?.() : undefined;
  if (items) return items;
  throw new JinjaError(`${typeName(value)} is not iterable`);
}

export function list(value: Value): Value[] {
  return Array.isArray(value) ? value : Array.from(iterate(value));
}

/** @throws JinjaError for what has no length */
export function length(value: Value): number {
  if (typeof value === 'string')
    return /[\ud800-\udbff]/.test(value) ? Array.from(value).length : value.length;
  if (Array.isArray(value)) return value.length;
  if (value instanceof Dict || value instanceof PySet) return value.size;
  if (value instanceof Undefined) return 0;
  const size = value instanceof PyObject ? value.length?.() : undefined;
  if (size !== undefined) return size;
  throw new JinjaError(`${typeName(value)} has no length`);
}

export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item !== 'string') {
      if (item instanceof Undefined) return false;
      throw new JinjaError(`${typeName(item)} cannot be in a string`);
    }
    return container.includes(item);
  }
  if (container instanceof Dict || container instanceof PySet) return container.has(item);
  for (const candidate of iterate(container)) if (equal(candidate, item)) return true;
  return false;
}
