/** dbt's `modules`: datetime, re, itertools, pytz. */
import { own } from '../../schema/contracts/own.ts';
import { argument, integer, text } from './arguments.ts';
import { datetimeModule } from './datetime.ts';
import { JinjaError } from './error.ts';
import { iterate, list, str } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, Fn, PyObject, Struct, Tuple, type Native, type Value } from './values.ts';

/** @param now the instant that the clocks of `datetime` show */
export function modules(now: Date): Value {
  const zone = (name: Value): Value =>
    new Struct('timezone', { zone: name, localize: new Fn('localize', ([date]) => date ?? null) });
  return new Struct('modules', {
    datetime: datetimeModule(now),
    re: natives('re', regularExpressions),
    itertools: natives('itertools', itertools),
    pytz: new Struct('pytz', {
      timezone: new Fn('timezone', ([name]) => zone(name ?? 'UTC')),
      utc: zone('UTC'),
      UTC: zone('UTC'),
    }),
  });
}

function natives(name: string, table: Record<string, Native>): Value {
  const flags: Record<string, Value> = { IGNORECASE: 2, I: 2, MULTILINE: 8, M: 8, DOTALL: 16, S: 16 };
  const functions = Object.entries(table).map(([key, native]) => [key, new Fn(key, native)] as const);
  return new Struct(
    name,
    Object.fromEntries([...functions, ...(name === 're' ? Object.entries(flags) : [])]),
  );
}

const MAX_SUBJECT = 100_000;

/**
 * Python's syntax as a RegExp. JavaScript's matcher backtracks without bound, so a repeated group that itself repeats or branches is
 * refused: templates are untrusted. @throws JinjaError for that and for syntax that has no counterpart
 */
function compile(source: Value | undefined, flags: Value | undefined, extra = ''): RegExp {
  if (source instanceof Pattern)
    return new RegExp(source.regex.source, [...new Set(source.regex.flags + extra)].join(''));
  let pattern = text(source);
  const given = integer(flags, 0);
  let letters = `u${extra}${given & 2 ? 'i' : ''}${given & 8 ? 'm' : ''}${given & 16 ? 's' : ''}`;
  pattern = pattern.replace(/^\(\?([ims]+)\)/, (_, inline: string) => {
    letters += [...inline].filter((flag) => !letters.includes(flag)).join('');
    return '';
  });
  if (/\((?=[^()]*?(?:[*+|]|\{\d+,))[^()]*\)(?:[*+]|\{\d+,)/.test(pattern))
    throw new JinjaError('a regular expression with nested repetition is not run');
  pattern = pattern
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  try {
    return new RegExp(pattern, letters);
  } catch {
    try {
      return new RegExp(pattern, letters.replace('u', ''));
    } catch (error) {
      throw new JinjaError(`regular expression: ${(error as Error).message}`);
    }
  }
}

function subject(value: Value | undefined): string {
  const found = text(value);
  if (found.length > MAX_SUBJECT) throw new JinjaError('text too long for a regular expression');
  return found;
}

class Match extends PyObject {
  readonly typeName = 'match';
  private readonly match: RegExpExecArray;
  constructor(match: RegExpExecArray) {
    super();
    this.match = match;
  }
  override attr(name: string): Value | undefined {
    const { match } = this;
    const group = (key: Value): Value =>
      (typeof key === 'number' ? match[key] : match.groups?.[str(key)]) ?? null;
    switch (name) {
      case 'group':
        return new Fn(name, (args) => (args.length > 1 ? Tuple.from(args.map(group)) : group(args[0] ?? 0)));
      case 'groups':
        return new Fn(name, () => Tuple.from(match.slice(1).map((part) => part ?? null)));
      case 'groupdict':
        return new Fn(name, () =>
          Dict.from(Object.entries(match.groups ?? {}).map(([k, v]) => [k, v ?? null] as const)),
        );
      case 'start':
        return new Fn(name, () => match.index);
      case 'end':
        return new Fn(name, () => match.index + match[0].length);
      default:
        return undefined;
    }
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'number' ? (this.match[key] ?? null) : undefined;
  }
}

class Pattern extends PyObject {
  readonly typeName = 'pattern';
  readonly regex: RegExp;
  constructor(regex: RegExp) {
    super();
    this.regex = regex;
  }
  override attr(name: string): Value | undefined {
    const native = own(regularExpressions, name);
    if (name === 'pattern') return this.regex.source;
    return native && new Fn(name, (args, kwargs, rt: Runtime) => native([this, ...args], kwargs, rt));
  }
}

function first(regex: RegExp, value: string, accept: (match: RegExpExecArray) => boolean): Value {
  const match = regex.exec(value);
  return match && accept(match) ? new Match(match) : null;
}

/** Python's replacement syntax: `\1`, `\g<name>`. */
function expand(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(
    /\\(?:(\d{1,2})|g<(\w+)>|([^]))/g,
    (_all, index: string | undefined, name: string | undefined, other: string | undefined) => {
      if (other !== undefined) return { n: '\n', t: '\t', '\\': '\\' }[other] ?? `\\${other}`;
      const key = index ?? name ?? '';
      return (/^\d+$/.test(key) ? match[Number(key)] : match.groups?.[key]) ?? '';
    },
  );
}

const regularExpressions: Record<string, Native> = {
  compile: (args) => new Pattern(compile(args[0], args[1])),
  match: (args) => first(compile(args[0], args[2], 'y'), subject(args[1]), () => true),
  fullmatch: (args) => first(compile(args[0], args[2]), subject(args[1]), (match) => match[0] === args[1]),
  search: (args) => first(compile(args[0], args[2]), subject(args[1]), () => true),
  findall: (args) =>
    Array.from(subject(args[1]).matchAll(compile(args[0], args[2], 'g')), (match) =>
      match.length === 1
        ? match[0]
        : match.length === 2
          ? (match[1] ?? '')
          : Tuple.from(match.slice(1).map((part) => part ?? '')),
    ),
  finditer: (args) =>
    Array.from(subject(args[1]).matchAll(compile(args[0], args[2], 'g')), (match) => new Match(match)),
  split: (args) => subject(args[1]).split(compile(args[0], args[3])),
  sub: (args, kwargs, rt) => {
    const regex = compile(args[0], argument(args, kwargs, 4, 'flags'), 'g');
    const limit = integer(argument(args, kwargs, 3, 'count'), 0);
    const source = subject(args[2]);
    const pieces: string[] = [];
    let end = 0;
    let done = 0;
    for (const match of source.matchAll(regex)) {
      if (limit > 0 && done++ >= limit) break;
      const by = args[1] ?? '';
      pieces.push(
        source.slice(end, match.index),
        typeof by === 'string' ? expand(by, match) : str(rt.call(by, [new Match(match)])),
      );
      end = match.index + match[0].length;
    }
    return pieces.join('') + source.slice(end);
  },
  escape: (args) => text(args[0]).replace(/[^\w\s]/g, '\\$&'),
};

function product(pools: Value[][], rt: Runtime): Value[] {
  rt.step(pools.reduce((size, pool) => size * pool.length, 1));
  return pools
    .reduce<Value[][]>((rows, pool) => rows.flatMap((row) => pool.map((value) => [...row, value])), [[]])
    .map((row) => Tuple.from(row));
}

/** Choices of `size` indexes, in order; `ordered` also takes each choice in every order. */
function choices(items: Value[], size: number, ordered: boolean, rt: Runtime): Value[] {
  const found: Value[] = [];
  const pick = (chosen: number[], from: number): void => {
    rt.step();
    if (chosen.length === size) found.push(Tuple.from(chosen.map((i) => items[i] as Value)));
    else
      for (let i = ordered ? 0 : from; i < items.length; i++)
        if (!chosen.includes(i)) pick([...chosen, i], i + 1);
  };
  if (size <= items.length) pick([], 0);
  return found;
}

/** Rows across the columns; `fill` undefined ends with the shortest. */
export function zip(columns: Value[], fill: Value | undefined): Value[] {
  const pools = columns.map((column) => list(column));
  const sizes = pools.map((pool) => pool.length);
  const length = pools.length === 0 ? 0 : fill === undefined ? Math.min(...sizes) : Math.max(...sizes);
  return Array.from({ length }, (_, i) =>
    Tuple.from(pools.map((pool) => (pool[i] === undefined ? (fill ?? null) : pool[i]))),
  );
}

const itertools: Record<string, Native> = {
  product: (args, kwargs, rt) =>
    product(
      Array.from({ length: Math.min(50, integer(kwargs.get('repeat'), 1)) }, () =>
        args.map((arg) => list(arg)),
      ).flat(),
      rt,
    ),
  chain: (args) => args.flatMap((arg) => Array.from(iterate(arg))),
  combinations: (args, _kwargs, rt) => choices(list(args[0] ?? []), integer(args[1], 2), false, rt),
  permutations: (args, _kwargs, rt) =>
    choices(list(args[0] ?? []), integer(args[1], list(args[0] ?? []).length), true, rt),
  zip_longest: (args, kwargs) => zip(args, kwargs.get('fillvalue') ?? null),
  islice: (args) =>
    list(args[0] ?? []).slice(
      ...(args.length > 2 ? [integer(args[1], 0), integer(args[2], 0)] : [0, integer(args[1], 0)]),
    ),
  repeat: (args, _kwargs, rt) => {
    const times = integer(args[1], 1);
    rt.step(times);
    return Array.from({ length: times }, () => args[0] ?? null);
  },
  accumulate: (args) => {
    let sum = 0;
    return list(args[0] ?? []).map((value) => (sum += Number(value)));
  },
};
