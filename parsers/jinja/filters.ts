/** The filters behind `|`, by name: text and numbers here, sequences next door, dbt's four casts. */
import { own } from '../../schema/contracts/own.ts';
import { argument, integer, text } from './arguments.ts';
import { JinjaError } from './error.ts';
import { sequenceFilters } from './filters-sequence.ts';
import { formatPercent } from './format.ts';
import { jsonText } from './json.ts';
import { capitalize, strip } from './methods-string.ts';
import { asNumber, parseFloating, parseInteger, roundEven, toFloat } from './numbers.ts';
import { length, repr, str, truthy } from './python.ts';
import { Float, Tuple, Undefined, type Native, type Value } from './values.ts';

function onText(change: (text: string) => Value): Native {
  return (args) => change(str(args[0] ?? null));
}

function toInteger(value: Value, otherwise: Value, base: number): Value {
  const number = asNumber(value);
  if (number !== undefined)
    return number instanceof Float
      ? Number.isFinite(number.value)
        ? Math.trunc(number.value)
        : otherwise
      : number;
  if (typeof value !== 'string') return otherwise;
  const parsed = parseInteger(value, base);
  if (parsed !== undefined) return parsed;
  const float = parseFloating(value);
  return float === undefined || !Number.isFinite(float) ? otherwise : Math.trunc(float);
}

function toFloating(value: Value, otherwise: Value): Value {
  const number = asNumber(value);
  if (number !== undefined) return new Float(toFloat(number));
  const parsed = typeof value === 'string' ? parseFloating(value) : undefined;
  return parsed === undefined ? otherwise : new Float(parsed);
}

function round(value: Value, digits: number, method: string): Value {
  const number = asNumber(value);
  if (number === undefined) throw new JinjaError('round needs a number');
  const scale = 10 ** digits;
  const given = toFloat(number);
  if (method === 'ceil') return new Float(Math.ceil(given * scale) / scale);
  return new Float(method === 'floor' ? Math.floor(given * scale) / scale : roundEven(given, digits));
}

function indent(value: string, width: Value | undefined, first: boolean, blank: boolean): string {
  const pad = typeof width === 'string' ? width : ' '.repeat(Math.min(1000, integer(width, 4)));
  const [head = '', ...rest] = value.split('\n');
  const body = [head, ...rest.map((line) => (line === '' && !blank ? line : pad + line))].join('\n');
  return first ? pad + body : body;
}

function replace(value: string, from: string, to: string, limit: number): string {
  if (from === '') return value;
  const parts = value.split(from);
  if (limit < 0 || parts.length <= limit + 1) return parts.join(to);
  return [...parts.slice(0, limit), parts.slice(limit).join(from)].join(to);
}

function truncate(value: string, size: number, end: string): string {
  if (value.length <= size + 5) return value;
  const cut = value.slice(0, Math.max(0, size - end.length));
  return (cut.includes(' ') ? cut.slice(0, cut.lastIndexOf(' ')) : cut) + end;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};
const escape = onText((value) => value.replace(/[&<>"']/g, (char) => own(ENTITIES, char) ?? char));
const same: Native = (args) => args[0] ?? null;

const defaultFilter: Native = (args, kwargs) => {
  const value = args[0] ?? null;
  const absent =
    value instanceof Undefined || (truthy(argument(args, kwargs, 2, 'boolean') ?? false) && !truthy(value));
  const otherwise = argument(args, kwargs, 1, 'default_value');
  return absent ? (otherwise === undefined ? '' : otherwise) : value;
};

export const filters: ReadonlyMap<string, Native> = new Map<string, Native>([
  ...Object.entries<Native>({
    lower: onText((value) => value.toLowerCase()),
    upper: onText((value) => value.toUpperCase()),
    capitalize: onText(capitalize),
    title: onText((value) =>
      value.replace(/[^-\s({[<]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()),
    ),
    trim: (args, kwargs) => strip(str(args[0] ?? null), argument(args, kwargs, 1, 'chars'), true, true),
    string: (args, _kwargs, rt) => rt.text(args[0] ?? null),
    replace: (args, kwargs, rt) => {
      const [from, to] = [argument(args, kwargs, 1, 'old'), argument(args, kwargs, 2, 'new')];
      const result = replace(
        rt.text(args[0] ?? null),
        str(from ?? ''),
        rt.text(to ?? ''),
        integer(argument(args, kwargs, 3, 'count'), -1),
      );
      rt.sized(result.length);
      return result;
    },
    format: (args, _kwargs, rt) => formatPercent(text(args[0]), Tuple.from(args.slice(1)), rt),
    indent: (args, kwargs) =>
      indent(
        str(args[0] ?? null),
        argument(args, kwargs, 1, 'width'),
        truthy(argument(args, kwargs, 2, 'first') ?? false),
        truthy(argument(args, kwargs, 3, 'blank') ?? false),
      ),
    truncate: (args, kwargs) =>
      truncate(
        str(args[0] ?? null),
        integer(argument(args, kwargs, 1, 'length'), 255),
        text(argument(args, kwargs, 3, 'end'), '...'),
      ),
    center: (args) => {
      const value = str(args[0] ?? null);
      const missing = Math.max(0, Math.min(10_000, integer(args[1], 80)) - value.length);
      return ' '.repeat(missing >> 1) + value + ' '.repeat(missing - (missing >> 1));
    },
    wordcount: onText((value) => value.match(/\w+/gu)?.length ?? 0),
    striptags: onText((value) =>
      value
        .replace(/<[^>]*(>|$)/g, (tag, end) => (end === '' ? tag : ' '))
        .replace(/\s+/g, ' ')
        .trim(),
    ),
    urlencode: onText((value) => encodeURIComponent(value)),
    pprint: (args) => repr(args[0] ?? null),
    escape,
    e: escape,
    forceescape: escape,
    safe: same,
    int: (args, kwargs) =>
      toInteger(
        args[0] ?? null,
        argument(args, kwargs, 1, 'default') ?? 0,
        integer(argument(args, kwargs, 2, 'base'), 10),
      ),
    float: (args, kwargs) =>
      toFloating(args[0] ?? null, argument(args, kwargs, 1, 'default') ?? new Float(0)),
    round: (args, kwargs) =>
      round(
        args[0] ?? null,
        integer(argument(args, kwargs, 1, 'precision'), 0),
        text(argument(args, kwargs, 2, 'method'), 'common'),
      ),
    abs: (args) => {
      const number = asNumber(args[0] ?? null);
      if (number === undefined) throw new JinjaError('abs needs a number');
      if (number instanceof Float) return new Float(Math.abs(number.value));
      return number < 0 ? -number : number;
    },
    default: defaultFilter,
    d: defaultFilter,
    length: (args) => length(args[0] ?? null),
    count: (args) => length(args[0] ?? null),
    tojson: (args, kwargs, rt) => {
      const json = jsonText(args[0] ?? null, integer(argument(args, kwargs, 1, 'indent'), 0), true);
      rt.sized(json.length);
      return json.replace(/[<>&']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
    },
    as_text: (args) => str(args[0] ?? null),
    as_bool: (args) =>
      typeof args[0] === 'string' ? /^\s*true\s*$/i.test(args[0]) : truthy(args[0] ?? null),
    as_number: (args) => {
      const value = str(args[0] ?? null);
      return parseInteger(value) ?? new Float(parseFloating(value) ?? Number.NaN);
    },
    as_native: same,
  }),
  ...sequenceFilters,
]);
