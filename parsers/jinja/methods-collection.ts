/** Methods of Python's list, tuple, dict and set. */
import { argument, integer } from './arguments.ts';
import { JinjaError } from './error.ts';
import { equal, iterate, list, order, repr, str, truthy } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, PySet, Tuple, type Kwargs, type Value } from './values.ts';

type MethodOf<T> = (self: T, args: Value[], kwargs: Kwargs, rt: Runtime) => Value;
type Table<T> = ReadonlyMap<string, MethodOf<T>>;

/** Every method that grows a collection pays for it: budgets are what bounds memory. */
function paid<T>(change: (self: T, args: Value[], kwargs: Kwargs) => void): MethodOf<T> {
  return (self, args, kwargs, rt) => {
    rt.step(args.length);
    change(self, args, kwargs);
    return null;
  };
}

function indexOf(self: Value[], item: Value): number {
  return self.findIndex((candidate) => equal(candidate, item));
}

function position(self: Value[], args: Value[]): number {
  const at = indexOf(self, args[0] ?? null);
  if (at === -1) throw new JinjaError(`${repr(args[0] ?? null)} is not in the list`);
  return at;
}

/** Python's `sorted`: stable; `key` may be any callable. */
export function sorted(
  items: Iterable<Value>,
  key: Value | undefined,
  reverse: boolean,
  rt: Runtime,
): Value[] {
  const keyed = Array.from(items, (item) => ({
    item,
    key: key === undefined || key === null ? item : rt.call(key, [item]),
  }));
  rt.step(keyed.length * Math.ceil(Math.log2(keyed.length + 1)));
  // Reversing before and after keeps equal items in their first order, as Python does.
  if (reverse) keyed.reverse();
  keyed.sort((a, b) => order(a.key, b.key));
  if (reverse) keyed.reverse();
  return keyed.map((entry) => entry.item);
}

const sequence = {
  index: (self: Value[], args: Value[]) => position(self, args),
  count: (self: Value[], args: Value[]) => self.filter((item) => equal(item, args[0] ?? null)).length,
};

const listMethods: Table<Value[]> = new Map(
  Object.entries<MethodOf<Value[]>>({
    ...sequence,
    append: paid((self, args) => self.push(args[0] ?? null)),
    extend: (self, args, _kwargs, rt) => {
      const more = Array.from(iterate(args[0] ?? []));
      rt.step(more.length);
      for (const item of more) self.push(item);
      return null;
    },
    insert: paid((self, args) => self.splice(integer(args[0], 0), 0, args[1] ?? null)),
    remove: paid((self, args) => self.splice(position(self, args), 1)),
    pop: (self, args) => {
      const at = integer(args[0], -1);
      const [item] = self.splice(at < 0 ? Math.max(0, self.length + at) : at, 1);
      if (item === undefined) throw new JinjaError('pop from an empty list or past its end');
      return item;
    },
    clear: paid((self) => self.splice(0)),
    reverse: paid((self) => self.reverse()),
    copy: (self, _args, _kwargs, rt) => {
      rt.step(self.length);
      return [...self];
    },
    sort: (self, _args, kwargs, rt) => {
      self.splice(
        0,
        self.length,
        ...sorted(self, kwargs.get('key'), truthy(kwargs.get('reverse') ?? false), rt),
      );
      return null;
    },
  }),
);

/** A dict's own entries from what `dict(…)` and `update(…)` take: a mapping, pairs, keywords. */
export function entriesOf(source: Value | undefined, kwargs: Kwargs): [Value, Value][] {
  const pairs: [Value, Value][] = [];
  if (source instanceof Dict) pairs.push(...source.items());
  else if (source !== undefined) {
    for (const pair of iterate(source)) {
      const [key, value] = list(pair);
      if (key === undefined || value === undefined) throw new JinjaError('a pair of key and value is needed');
      pairs.push([key, value]);
    }
  }
  return [...pairs, ...Array.from(kwargs, ([key, value]): [Value, Value] => [key, value])];
}

function orDefault(value: Value | undefined, otherwise: Value | undefined): Value {
  return value !== undefined ? value : otherwise === undefined ? null : otherwise;
}

const dictMethods: Table<Dict> = new Map(
  Object.entries<MethodOf<Dict>>({
    items: (self) => self.items().map((pair) => Tuple.from(pair)),
    keys: (self) => self.keys(),
    values: (self) => self.values(),
    get: (self, args, kwargs) => orDefault(self.get(args[0] ?? null), argument(args, kwargs, 1, 'default')),
    pop: (self, args) => {
      const value = self.delete(args[0] ?? null);
      if (value === undefined && args.length < 2)
        throw new JinjaError(`key ${str(args[0] ?? null)} is missing`);
      return orDefault(value, args[1]);
    },
    popitem: (self) => {
      const last = self.items().at(-1);
      if (!last) throw new JinjaError('the dict is empty');
      self.delete(last[0]);
      return Tuple.from(last);
    },
    setdefault: (self, args) => {
      const key = args[0] ?? null;
      if (!self.has(key)) self.set(key, args[1] ?? null);
      return orDefault(self.get(key), null);
    },
    update: (self, args, kwargs, rt) => {
      const entries = entriesOf(args[0], kwargs);
      rt.step(entries.length);
      for (const [key, value] of entries) self.set(key, value);
      return null;
    },
    copy: (self, _args, _kwargs, rt) => {
      rt.step(self.size);
      return Dict.from(self.items());
    },
    clear: paid((self) => self.clear()),
    has_key: (self, args) => self.has(args[0] ?? null),
    fromkeys: (_self, args) =>
      Dict.from(Array.from(iterate(args[0] ?? []), (key) => [key, args[1] ?? null] as const)),
  }),
);

function others(args: Value[]): Value[] {
  return args.flatMap((arg) => Array.from(iterate(arg)));
}

const setMethods: Table<PySet> = new Map(
  Object.entries<MethodOf<PySet>>({
    add: paid((self, args) => self.add(args[0] ?? null)),
    remove: paid((self, args) => self.delete(args[0] ?? null)),
    discard: paid((self, args) => self.delete(args[0] ?? null)),
    update: paid((self, args) => others(args).forEach((item) => self.add(item))),
    copy: (self) => new PySet(self.values()),
    pop: (self) => {
      const [first] = self.values();
      if (first !== undefined) self.delete(first);
      return first ?? null;
    },
    union: (self, args) => new PySet([...self.values(), ...others(args)]),
    intersection: (self, args) =>
      new PySet(self.values().filter((item) => args.every((arg) => new PySet(iterate(arg)).has(item)))),
    difference: (self, args) => {
      const gone = new PySet(others(args));
      return new PySet(self.values().filter((item) => !gone.has(item)));
    },
    symmetric_difference: (self, args) => {
      const other = new PySet(others(args));
      return new PySet([
        ...self.values().filter((item) => !other.has(item)),
        ...other.values().filter((item) => !self.has(item)),
      ]);
    },
    issubset: (self, args) => self.values().every((item) => new PySet(others(args)).has(item)),
    issuperset: (self, args) => others(args).every((item) => self.has(item)),
    isdisjoint: (self, args) => others(args).every((item) => !self.has(item)),
  }),
);

export const collectionMethods = {
  list: listMethods,
  tuple: new Map(Object.entries<MethodOf<Value[]>>(sequence)) as Table<Value[]>,
  dict: dictMethods,
  set: setMethods,
};
