/**
 * The values of a template: Python's, as far as templates can tell the difference.
 * int → number (bigint past 2^53), float → Float, str → string, None → null, list → array, tuple → Tuple, dict → Dict, set → PySet.
 */
import type { Rendered } from './output.ts';
import type { Runtime } from './runtime.ts';

export type Value =
  null | boolean | number | bigint | string | Float | Value[] | Dict | PySet | Undefined | PyObject;
/** A value, or text that still knows its lines. */
export type Traced = Value | Rendered;
export type Kwargs = Map<string, Value>;

/** A Python float; kept apart from ints because `4 / 2` renders as `2.0`. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class Tuple extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** What a missing name, attribute or result is. `path` is how the template reached it, for messages. */
export class Undefined {
  readonly path: string;
  /** `missing`: an argument not given or a plain name nobody set; `unknown`: the result of something not known here. */
  readonly reason: 'missing' | 'unknown';
  constructor(path: string, reason: 'missing' | 'unknown' = 'missing') {
    this.path = path;
    this.reason = reason;
  }
}

/** An object with behaviour: functions, macros, namespaces, dbt's relations. Absent methods mean "not supported". */
export abstract class PyObject {
  abstract readonly typeName: string;
  attr(_name: string, _rt: Runtime): Value | undefined {
    return undefined;
  }
  item?(key: Value, rt: Runtime): Value | undefined;
  setAttr?(name: string, value: Value): void;
  call?(args: Value[], kwargs: Kwargs, rt: Runtime): Traced;
  iterate?(): Iterable<Value>;
  length?(): number;
  /** Python's ordering against another object of the kind: negative, 0, positive. */
  compare?(other: PyObject): number | undefined;
  binary?(op: string, other: Value, reflected: boolean): Value | undefined;
  get truthy(): boolean {
    return true;
  }
  str(): string {
    return `<${this.typeName}>`;
  }
}

export type Native = (args: Value[], kwargs: Kwargs, rt: Runtime) => Traced;

export class Fn extends PyObject {
  readonly typeName = 'function';
  readonly name: string;
  override readonly call: Native;
  constructor(name: string, call: Native) {
    super();
    this.name = name;
    this.call = call;
  }
}

/** An object with fixed attributes and, where given, a call. */
export class Struct extends PyObject {
  readonly typeName: string;
  private readonly attrs: Map<string, Value>;
  constructor(typeName: string, attrs: Record<string, Value>) {
    super();
    this.typeName = typeName;
    this.attrs = new Map(Object.entries(attrs));
  }
  override attr(name: string): Value | undefined {
    return this.attrs.get(name);
  }
}

export class Namespace extends PyObject {
  readonly typeName = 'namespace';
  readonly attrs: Map<string, Value> = new Map();
  override attr(name: string): Value | undefined {
    return this.attrs.get(name);
  }
  override setAttr(name: string, value: Value): void {
    this.attrs.set(name, value);
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attrs.get(key) : undefined;
  }
}

type Hash = string | number | bigint | null | object;

/** Equal Python keys get equal hashes: 1, 1.0 and True are one key. */
function hashOf(key: Value): Hash {
  if (typeof key === 'boolean') return key ? 1 : 0;
  if (key instanceof Float) return key.value;
  if (key instanceof Tuple)
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- objects in a tuple that is a key are rare: they are one
    return `\u0000(${key.map((part) => `${typeof part}:${String(hashOf(part))}`).join()})`;
  return key;
}

/** An insertion-ordered mapping with Python's key equality. */
export class Dict {
  private readonly map = new Map<Hash, [Value, Value]>();

  static from(entries: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }
  get size(): number {
    return this.map.size;
  }
  get(key: Value): Value | undefined {
    return this.map.get(typeof key === 'string' ? key : hashOf(key))?.[1];
  }
  has(key: Value): boolean {
    return this.map.has(hashOf(key));
  }
  set(key: Value, value: Value): void {
    const hash = hashOf(key);
    const entry = this.map.get(hash);
    if (entry) entry[1] = value;
    else this.map.set(hash, [key, value]);
  }
  delete(key: Value): Value | undefined {
    const hash = hashOf(key);
    const entry = this.map.get(hash);
    this.map.delete(hash);
    return entry?.[1];
  }
  clear(): void {
    this.map.clear();
  }
  keys(): Value[] {
    return Array.from(this.map.values(), (entry) => entry[0]);
  }
  values(): Value[] {
    return Array.from(this.map.values(), (entry) => entry[1]);
  }
  items(): [Value, Value][] {
    return Array.from(this.map.values(), ([key, value]) => [key, value]);
  }
}

export class PySet {
  private readonly dict = new Dict();
  constructor(values: Iterable<Value> = []) {
    for (const value of values) this.add(value);
  }
  get size(): number {
    return this.dict.size;
  }
  has(value: Value): boolean {
    return this.dict.has(value);
  }
  add(value: Value): void {
    this.dict.set(value, null);
  }
  delete(value: Value): boolean {
    return this.dict.delete(value) !== undefined;
  }
  values(): Value[] {
    return this.dict.keys();
  }
}

/** Plain JSON (and what `yaml` gives) as a template value. Whole numbers are ints; undefined is null. */
export function fromJson(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return value.map(fromJson);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (value instanceof Map)
    return Dict.from(Array.from(value, ([k, v]) => [fromJson(k), fromJson(v)] as const));
  return Dict.from(Object.entries(value).map(([k, v]) => [k, fromJson(v)] as const));
}

/** The reverse of `fromJson`; objects without a JSON form become their text. @throws RangeError past a million parts */
export function toJson(
  value: Value,
  text: (value: Value) => string,
  budget: { left: number } = { left: 1_000_000 },
): unknown {
  if (--budget.left < 0) throw new RangeError('value too large for JSON');
  const inner = (item: Value): unknown => toJson(item, text, budget);
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return Array.from(value, inner);
  if (value instanceof PySet) return value.values().map(inner);
  if (value instanceof Dict) {
    return Object.fromEntries(value.items().map(([k, v]) => [typeof k === 'string' ? k : text(k), inner(v)]));
  }
  if (value instanceof Undefined) return null;
  return value instanceof PyObject ? text(value) : value;
}
