/** Python's str methods. */
import { argument, integer, text } from './arguments.ts';
import { JinjaError } from './error.ts';
import { formatBraces } from './format.ts';
import { list, str, typeName } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, Tuple, Undefined, type Kwargs, type Value } from './values.ts';

type StringMethod = (self: string, args: Value[], kwargs: Kwargs, rt: Runtime) => Value;

const WHITESPACE = ' \t\n\r\f\v\u00a0\u2028\u2029\ufeff';

export function strip(self: string, chars: Value | undefined, left: boolean, right: boolean): string {
  const set = text(chars, WHITESPACE);
  let from = 0;
  let to = self.length;
  if (left) while (from < to && set.includes(self[from] as string)) from++;
  if (right) while (to > from && set.includes(self[to - 1] as string)) to--;
  return self.slice(from, to);
}

function affixes(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map((part) => text(part)) : [text(value)];
}

function split(self: string, separator: Value | undefined, limit: number, fromRight: boolean): string[] {
  if (separator === undefined || separator === null) return splitWords(self, limit, fromRight);
  const mark = text(separator);
  if (mark === '') throw new JinjaError('empty separator');
  const parts = self.split(mark);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (fromRight)
    return [parts.slice(0, parts.length - limit).join(mark), ...parts.slice(parts.length - limit)];
  return [...parts.slice(0, limit), parts.slice(limit).join(mark)];
}

function splitWords(self: string, limit: number, fromRight: boolean): string[] {
  const words = Array.from(self.matchAll(/\S+/g));
  if (limit < 0 || words.length <= limit + 1) return words.map((word) => word[0]);
  if (limit === 0) return [fromRight ? self.trimEnd() : self.trimStart()];
  const cut = words[fromRight ? words.length - limit - 1 : limit] as RegExpExecArray;
  const edge = fromRight ? cut.index + cut[0].length : cut.index;
  if (fromRight) return [self.slice(0, edge).trimEnd(), ...words.slice(-limit).map((word) => word[0])];
  return [...words.slice(0, limit).map((word) => word[0]), self.slice(edge).trimEnd()];
}

function titleCase(self: string): string {
  return self.toLowerCase().replace(/\p{L}+/gu, (word) => (word[0] as string).toUpperCase() + word.slice(1));
}

export function capitalize(self: string): string {
  return self.charAt(0).toUpperCase() + self.slice(1).toLowerCase();
}

function pad(self: string, args: Value[], rt: Runtime, place: 'left' | 'right' | 'both'): string {
  const width = integer(args[0], 0);
  const fill = text(args[1], ' ');
  rt.sized(width);
  const missing = Math.max(0, width - self.length);
  const left = place === 'left' ? missing : place === 'both' ? missing >> 1 : 0;
  return fill.repeat(left) + self + fill.repeat(missing - left);
}

function partition(self: string, mark: string, at: number, last: boolean): Value {
  if (at === -1) return last ? Tuple.of('', '', self) : Tuple.of(self, '', '');
  return Tuple.of(self.slice(0, at), mark, self.slice(at + mark.length));
}

function region(self: string, args: Value[]): { text: string; from: number } {
  const at = (value: Value | undefined, otherwise: number): number => {
    const given = integer(value, otherwise);
    return given < 0 ? Math.max(0, given + self.length) : Math.min(given, self.length);
  };
  const from = at(args[1], 0);
  return { text: self.slice(from, at(args[2], self.length)), from };
}

function find(self: string, args: Value[], last: boolean): number {
  const { text: part, from } = region(self, args);
  const at = last ? part.lastIndexOf(text(args[0])) : part.indexOf(text(args[0]));
  return at === -1 ? -1 : at + from;
}

function found(at: number): number {
  if (at === -1) throw new JinjaError('substring not found');
  return at;
}

function replace(self: string, args: Value[], kwargs: Kwargs, rt: Runtime): string {
  const [from, to] = [args[0], args[1]].map((value) => (value instanceof Undefined ? '' : text(value)));
  const limit = integer(argument(args, kwargs, 2, 'count'), -1);
  const parts = split(self, from === '' ? self || ' ' : from, limit, false);
  rt.sized(self.length + parts.length * (to as string).length);
  return from === '' ? self : parts.join(to);
}

function every(pattern: RegExp): StringMethod {
  return (self) => pattern.test(self);
}

function translate(self: string, table: Value | undefined): string {
  if (!(table instanceof Dict))
    throw new JinjaError(`translate needs a table, not ${table === undefined ? 'nothing' : typeName(table)}`);
  return Array.from(self, (char) => {
    const to = table.get(char.codePointAt(0) as number);
    return to === undefined
      ? char
      : typeof to === 'number'
        ? String.fromCodePoint(to)
        : to === null
          ? ''
          : str(to);
  }).join('');
}

export const stringMethods: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>(
  Object.entries<StringMethod>({
    lower: (self) => self.toLowerCase(),
    casefold: (self) => self.toLowerCase(),
    upper: (self) => self.toUpperCase(),
    title: (self) => titleCase(self),
    capitalize: (self) => capitalize(self),
    swapcase: (self) =>
      Array.from(self, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join(''),
    strip: (self, args) => strip(self, args[0], true, true),
    lstrip: (self, args) => strip(self, args[0], true, false),
    rstrip: (self, args) => strip(self, args[0], false, true),
    removeprefix: (self, args) => (self.startsWith(text(args[0])) ? self.slice(text(args[0]).length) : self),
    removesuffix: (self, args) =>
      args[0] !== '' && self.endsWith(text(args[0])) ? self.slice(0, -text(args[0]).length) : self,
    split: (self, args, kwargs) =>
      split(
        self,
        argument(args, kwargs, 0, 'sep'),
        integer(argument(args, kwargs, 1, 'maxsplit'), -1),
        false,
      ),
    rsplit: (self, args, kwargs) =>
      split(self, argument(args, kwargs, 0, 'sep'), integer(argument(args, kwargs, 1, 'maxsplit'), -1), true),
    splitlines: (self) => (self === '' ? [] : self.replace(/\r?\n$/, '').split(/\r?\n/)),
    partition: (self, args) => partition(self, text(args[0]), self.indexOf(text(args[0])), false),
    rpartition: (self, args) => partition(self, text(args[0]), self.lastIndexOf(text(args[0])), true),
    join: (self, args, _kwargs, rt) => {
      const parts = list(args[0] ?? []).map((part) => {
        if (typeof part === 'string') return part;
        if (part instanceof Undefined) return rt.text(part);
        throw new JinjaError(`join needs strings, not ${typeName(part)}`);
      });
      const joined = parts.join(self);
      rt.sized(joined.length);
      return joined;
    },
    replace,
    startswith: (self, args) => affixes(args[0]).some((affix) => region(self, args).text.startsWith(affix)),
    endswith: (self, args) => affixes(args[0]).some((affix) => region(self, args).text.endsWith(affix)),
    find: (self, args) => find(self, args, false),
    rfind: (self, args) => find(self, args, true),
    index: (self, args) => found(find(self, args, false)),
    rindex: (self, args) => found(find(self, args, true)),
    count: (self, args) =>
      args[0] === '' ? self.length + 1 : region(self, args).text.split(text(args[0])).length - 1,
    format: (self, args, kwargs, rt) => formatBraces(self, args, kwargs, rt),
    format_map: (self, args, _kwargs, rt) =>
      formatBraces(
        self,
        [],
        new Map(args[0] instanceof Dict ? args[0].items().map(([k, v]) => [str(k), v]) : []),
        rt,
      ),
    zfill: (self, args, _kwargs, rt) => {
      const sign = /^[+-]/.exec(self)?.[0] ?? '';
      return sign + pad(self.slice(sign.length), [integer(args[0], 0) - sign.length, '0'], rt, 'left');
    },
    ljust: (self, args, _kwargs, rt) => pad(self, args, rt, 'right'),
    rjust: (self, args, _kwargs, rt) => pad(self, args, rt, 'left'),
    center: (self, args, _kwargs, rt) => pad(self, args, rt, 'both'),
    isdigit: every(/^\p{Nd}+$/u),
    isdecimal: every(/^\p{Nd}+$/u),
    isnumeric: every(/^\p{N}+$/u),
    isalpha: every(/^\p{L}+$/u),
    isalnum: every(/^[\p{L}\p{N}]+$/u),
    isspace: every(/^\s+$/),
    isidentifier: every(/^[\p{L}_][\p{L}\p{N}_]*$/u),
    isupper: (self) => self !== self.toLowerCase() && self === self.toUpperCase(),
    islower: (self) => self !== self.toUpperCase() && self === self.toLowerCase(),
    istitle: (self) => /\p{L}/u.test(self) && self === titleCase(self),
    translate: (self, args) => translate(self, args[0]),
    maketrans: (_self, args) =>
      Dict.from(
        Array.from(
          text(args[0]),
          (char, i) => [char.codePointAt(0) as number, Array.from(text(args[1]))[i] ?? ''] as const,
        ),
      ),
    encode: (self) => self,
    expandtabs: (self, args) => self.replaceAll('\t', ' '.repeat(Math.min(100, integer(args[0], 8)))),
  }),
);
