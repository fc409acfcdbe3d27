/** Jinja's filters on sequences. */
import { argument, integer, text } from './arguments.ts';
import { JinjaError } from './error.ts';
import { filters } from './filters.ts';
import { sorted } from './methods-collection.ts';
import { binary, item } from './operators.ts';
import { iterate, list, order, str, truthy, typeName } from './python.ts';
import type { Runtime } from './runtime.ts';
import { tests } from './tests.ts';
import {
  Dict,
  Fn,
  PyObject,
  PySet,
  Struct,
  Tuple,
  Undefined,
  type Kwargs,
  type Native,
  type Value,
} from './values.ts';
import { plain } from './python.ts';

/** Reads `a.b.0` from an item. */
function getter(path: Value, rt: Runtime): (from: Value) => Value {
  const keys =
    typeof path === 'number'
      ? [path]
      : str(path)
          .split('.')
          .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return (from) =>
    keys.reduce<Value>(
      (value, key) => (value instanceof Undefined ? value : item(value, key, String(key), rt)),
      from,
    );
}

function folded(value: Value, caseSensitive: boolean): Value {
  return typeof value === 'string' && !caseSensitive ? value.toLowerCase() : value;
}

function keyFunction(
  attribute: Value | undefined,
  caseSensitive: boolean,
  rt: Runtime,
): (from: Value) => Value {
  if (attribute === undefined || attribute === null) return (value) => folded(value, caseSensitive);
  const paths = typeof attribute === 'string' && attribute.includes(',') ? attribute.split(',') : [attribute];
  const getters = paths.map((path) => getter(path, rt));
  const [only] = getters;
  if (getters.length === 1 && only) return (value) => folded(only(value), caseSensitive);
  return (value) => Tuple.from(getters.map((get) => folded(get(value), caseSensitive)));
}

function call(name: Value, rt: Runtime): (args: Value[], kwargs: Kwargs) => Value {
  const native = filters.get(str(name));
  if (native) return (args, kwargs) => plain(native(args, kwargs, rt));
  const custom = rt.options.lookup(`|${str(name)}`);
  if (custom === undefined) return () => rt.unknown('filter', str(name));
  return (args, kwargs) => rt.call(custom, args, kwargs);
}

const map: Native = (args, kwargs, rt) => {
  const items = list(args[0] ?? []);
  const attribute = kwargs.get('attribute');
  if (attribute !== undefined) {
    const get = getter(attribute, rt);
    const otherwise = kwargs.get('default');
    return items.map((from) => {
      const value = get(from);
      return value instanceof Undefined && otherwise !== undefined ? otherwise : value;
    });
  }
  const [, name, ...rest] = args;
  if (name === undefined) throw new JinjaError('map needs a filter or an attribute');
  const apply = call(name, rt);
  rt.step(items.length);
  return items.map((from) => apply([from, ...rest], kwargs));
};

function selection(keep: boolean, byAttribute: boolean): Native {
  return (args, _kwargs, rt) => {
    const [source = [], ...rest] = args;
    const read = byAttribute ? getter(rest.shift() ?? '', rt) : (value: Value): Value => value;
    const name = rest.shift();
    const test = name === undefined ? truthy : tests.get(str(name));
    if (!test) return rt.unknown('test', str(name ?? ''));
    rt.step(8);
    return list(source).filter((value) => test(read(value), rest, rt) === keep);
  };
}

function extreme(sign: number): Native {
  return (args, kwargs, rt) => {
    const key = keyFunction(
      argument(args, kwargs, 2, 'attribute'),
      truthy(argument(args, kwargs, 1, 'case_sensitive') ?? false),
      rt,
    );
    const items = list(args[0] ?? []);
    if (items.length === 0) return new Undefined('empty sequence');
    return items.reduce((best, next) => (order(key(next), key(best)) * sign > 0 ? next : best));
  };
}

const sort: Native = (args, kwargs, rt) => {
  const key = keyFunction(
    argument(args, kwargs, 3, 'attribute'),
    truthy(argument(args, kwargs, 2, 'case_sensitive') ?? false),
    rt,
  );
  const by = new Fn('key', ([value = null]) => key(value));
  return sorted(iterate(args[0] ?? []), by, truthy(argument(args, kwargs, 1, 'reverse') ?? false), rt);
};

const unique: Native = (args, kwargs, rt) => {
  const key = keyFunction(
    argument(args, kwargs, 2, 'attribute'),
    truthy(argument(args, kwargs, 1, 'case_sensitive') ?? false),
    rt,
  );
  const seen = new PySet();
  return list(args[0] ?? []).filter((value) => {
    const hash = key(value);
    if (seen.has(hash)) return false;
    seen.add(hash);
    return true;
  });
};

const groupby: Native = (args, kwargs, rt) => {
  const attribute = argument(args, kwargs, 1, 'attribute') ?? '';
  const otherwise = argument(args, kwargs, 2, 'default');
  const get = getter(attribute, rt);
  const groups = new Dict();
  for (const member of list(args[0] ?? [])) {
    const found = get(member);
    const key = found instanceof Undefined && otherwise !== undefined ? otherwise : found;
    const group = groups.get(key);
    if (Array.isArray(group)) group.push(member);
    else groups.set(key, [member]);
  }
  return sorted(
    groups.items().map((pair) => Tuple.from(pair)),
    new Fn('key', ([pair]) => folded(list(pair ?? [])[0] ?? null, false)),
    false,
    rt,
  ).map((pair) => new Group(...(pair as [Value, Value])));
};

/** A group unpacks as a pair and has names. */
class Group extends Struct {
  private readonly pair: Value[];
  constructor(grouper: Value, members: Value) {
    super('group', { grouper, list: members });
    this.pair = [grouper, members];
  }
  override iterate(): Value[] {
    return this.pair;
  }
  override length(): number {
    return 2;
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'number' ? this.pair.at(key) : undefined;
  }
}

function batch(items: Value[], size: number, fill: Value | undefined): Value[] {
  if (size < 1) throw new JinjaError('batch needs a size of at least 1');
  const rows: Value[][] = [];
  for (let i = 0; i < items.length; i += size) rows.push(items.slice(i, i + size));
  const last = rows.at(-1);
  if (last && fill !== undefined && fill !== null)
    while (last.length < Math.min(size, 10_000)) last.push(fill);
  return rows;
}

function columns(items: Value[], count: number, fill: Value | undefined): Value[] {
  if (count < 1 || count > 10_000) throw new JinjaError('slice needs between 1 and 10,000 columns');
  const [each, more] = [Math.floor(items.length / count), items.length % count];
  return Array.from({ length: count }, (_, i) => {
    const start = i * each + Math.min(i, more);
    const column = items.slice(start, start + each + (i < more ? 1 : 0));
    return fill !== undefined && fill !== null && more > 0 && i >= more ? [...column, fill] : column;
  });
}

export const sequenceFilters: [string, Native][] = Object.entries<Native>({
  map,
  select: selection(true, false),
  reject: selection(false, false),
  selectattr: selection(true, true),
  rejectattr: selection(false, true),
  min: extreme(-1),
  max: extreme(1),
  sort,
  unique,
  groupby,
  list: (args, _kwargs, rt) => {
    const items = Array.from(iterate(args[0] ?? []));
    rt.step(items.length);
    return items;
  },
  first: (args) => {
    const [first] = iterate(args[0] ?? []);
    return first === undefined ? new Undefined('first of nothing') : first;
  },
  last: (args) => {
    const last = list(args[0] ?? []).at(-1);
    return last === undefined ? new Undefined('last of nothing') : last;
  },
  random: (args) => list(args[0] ?? [])[0] ?? new Undefined('random of nothing'),
  reverse: (args) =>
    typeof args[0] === 'string' ? Array.from(args[0]).reverse().join('') : list(args[0] ?? []).toReversed(),
  join: (args, kwargs, rt) => {
    const attribute = argument(args, kwargs, 2, 'attribute');
    const get =
      attribute === undefined || attribute === null ? (value: Value): Value => value : getter(attribute, rt);
    const joined = list(args[0] ?? [])
      .map((part) => rt.text(get(part)))
      .join(str(argument(args, kwargs, 1, 'd') ?? ''));
    rt.sized(joined.length);
    return joined;
  },
  sum: (args, kwargs, rt) => {
    const attribute = argument(args, kwargs, 1, 'attribute');
    const get =
      attribute === undefined || attribute === null ? (value: Value): Value => value : getter(attribute, rt);
    return list(args[0] ?? []).reduce<Value>(
      (total, next) => binary('+', total, get(next), rt),
      argument(args, kwargs, 2, 'start') ?? 0,
    );
  },
  items: (args) => {
    const [source] = args;
    if (source instanceof Undefined) return [];
    if (!(source instanceof Dict))
      throw new JinjaError(`items needs a mapping, not ${typeName(source ?? null)}`);
    return source.items().map((pair) => Tuple.from(pair));
  },
  dictsort: (args, kwargs, rt) => {
    const [source] = args;
    if (!(source instanceof Dict)) throw new JinjaError('dictsort needs a mapping');
    const at = text(argument(args, kwargs, 2, 'by'), 'key') === 'value' ? 1 : 0;
    const caseSensitive = truthy(argument(args, kwargs, 1, 'case_sensitive') ?? false);
    const by = new Fn('key', ([pair]) => folded(list(pair ?? [])[at] ?? null, caseSensitive));
    return sorted(
      source.items().map((pair) => Tuple.from(pair)),
      by,
      truthy(argument(args, kwargs, 3, 'reverse') ?? false),
      rt,
    );
  },
  batch: (args, kwargs) =>
    batch(
      list(args[0] ?? []),
      integer(argument(args, kwargs, 1, 'linecount'), 1),
      argument(args, kwargs, 2, 'fill_with'),
    ),
  slice: (args, kwargs) =>
    columns(
      list(args[0] ?? []),
      integer(argument(args, kwargs, 1, 'slices'), 1),
      argument(args, kwargs, 2, 'fill_with'),
    ),
  attr: (args, _kwargs, rt) => {
    const [object = null, name] = args;
    return object instanceof PyObject
      ? (object.attr(str(name ?? null), rt) ?? new Undefined(str(name ?? null)))
      : item(object, str(name ?? null), str(name ?? null), rt);
  },
});
