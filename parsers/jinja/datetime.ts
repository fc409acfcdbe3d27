/** Python's datetime, date and timedelta, in UTC: time zones change names, not instants, and code rarely depends on more. */
import { argument, integer, text } from './arguments.ts';
import { strftime, strptime } from './date-format.ts';
import { JinjaError } from './error.ts';
import { asNumber, toFloat } from './numbers.ts';
import { Float, Fn, PyObject, Struct, type Kwargs, type Native, type Value } from './values.ts';

const DAY = 86_400_000;
function fromIso(value: string): DateTime {
  const time = Date.parse(
    /^\d{4}-\d\d-\d\d$/.test(value)
      ? value
      : `${value.replace(' ', 'T')}${/[Z+]|T[^T]*-/.test(value) ? '' : 'Z'}`,
  );
  if (Number.isNaN(time)) throw new JinjaError(`${JSON.stringify(value)} is no ISO date`);
  return new DateTime(time, value.length === 10);
}

class TimeDelta extends PyObject {
  readonly typeName = 'timedelta';
  readonly ms: number;
  constructor(ms: number) {
    super();
    this.ms = ms;
  }
  override attr(name: string): Value | undefined {
    if (name === 'days') return Math.floor(this.ms / DAY);
    if (name === 'seconds') return Math.floor((this.ms - Math.floor(this.ms / DAY) * DAY) / 1000);
    return name === 'total_seconds' ? new Fn(name, () => new Float(this.ms / 1000)) : undefined;
  }
  override compare(other: PyObject): number | undefined {
    return other instanceof TimeDelta ? this.ms - other.ms : undefined;
  }
  override binary(op: string, other: Value): Value | undefined {
    const number = asNumber(other);
    if (op === '*' && number !== undefined) return new TimeDelta(this.ms * toFloat(number));
    if (!(other instanceof TimeDelta)) return undefined;
    return op === '+'
      ? new TimeDelta(this.ms + other.ms)
      : op === '-'
        ? new TimeDelta(this.ms - other.ms)
        : undefined;
  }
  override get truthy(): boolean {
    return this.ms !== 0;
  }
  override str(): string {
    const days = Math.floor(this.ms / DAY);
    const clock = new Date(this.ms - days * DAY).toISOString().slice(11, 19).replace(/^0/, '');
    return days === 0 ? clock : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}`;
  }
}

export class DateTime extends PyObject {
  readonly typeName: string;
  readonly ms: number;
  private readonly isDate: boolean;
  private readonly zoned: boolean;
  constructor(ms: number, isDate = false, zoned = false) {
    super();
    if (Number.isNaN(new Date(ms).getTime())) throw new JinjaError('date out of range');
    this.ms = isDate ? Math.floor(ms / DAY) * DAY : ms;
    this.isDate = isDate;
    this.zoned = zoned;
    this.typeName = isDate ? 'date' : 'datetime';
  }

  override attr(name: string): Value | undefined {
    const date = new Date(this.ms);
    switch (name) {
      case 'year':
        return date.getUTCFullYear();
      case 'month':
        return date.getUTCMonth() + 1;
      case 'day':
        return date.getUTCDate();
      case 'hour':
        return date.getUTCHours();
      case 'minute':
        return date.getUTCMinutes();
      case 'second':
        return date.getUTCSeconds();
      case 'microsecond':
        return date.getUTCMilliseconds() * 1000;
      case 'weekday':
        return new Fn(name, () => (date.getUTCDay() + 6) % 7);
      case 'isoweekday':
        return new Fn(name, () => date.getUTCDay() || 7);
      case 'date':
        return new Fn(name, () => new DateTime(this.ms, true));
      case 'timestamp':
        return new Fn(name, () => new Float(this.ms / 1000));
      case 'strftime':
        return new Fn(name, (args) => strftime(date, text(args[0])));
      case 'isoformat':
        return new Fn(name, (args) => this.iso(text(args[0], 'T')));
      case 'replace':
        return new Fn(name, (args, kwargs) => this.replaced(args, kwargs));
      case 'astimezone':
        return new Fn(name, () => new DateTime(this.ms, false, true));
      default:
        return undefined;
    }
  }

  private replaced(args: Value[], kwargs: Kwargs): DateTime {
    const date = new Date(this.ms);
    const at = (index: number, name: string, now: number): number =>
      integer(argument(args, kwargs, index, name), now);
    const [year, month, day] = [
      at(0, 'year', date.getUTCFullYear()),
      at(1, 'month', date.getUTCMonth() + 1),
      at(2, 'day', date.getUTCDate()),
    ];
    const [hour, minute] = [at(3, 'hour', date.getUTCHours()), at(4, 'minute', date.getUTCMinutes())];
    const second = at(5, 'second', date.getUTCSeconds());
    const ms = Math.floor(at(6, 'microsecond', date.getUTCMilliseconds() * 1000) / 1000);
    return new DateTime(
      Date.UTC(year, month - 1, day, hour, minute, second, ms),
      this.isDate,
      this.zoned || kwargs.has('tzinfo'),
    );
  }

  override compare(other: PyObject): number | undefined {
    return other instanceof DateTime ? this.ms - other.ms : undefined;
  }
  override binary(op: string, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof TimeDelta && (op === '+' || (op === '-' && !reflected))) {
      return new DateTime(this.ms + (op === '+' ? other.ms : -other.ms), this.isDate, this.zoned);
    }
    return op === '-' && other instanceof DateTime && !reflected
      ? new TimeDelta(this.ms - other.ms)
      : undefined;
  }
  override str(): string {
    return this.iso(' ');
  }

  private iso(separator: string): string {
    const full = new Date(this.ms).toISOString();
    if (this.isDate) return full.slice(0, 10);
    const fraction = this.ms % 1000 === 0 ? '' : `${full.slice(19, 23)}000`;
    return `${full.slice(0, 10)}${separator}${full.slice(11, 19)}${fraction}${this.zoned ? '+00:00' : ''}`;
  }
}

/** A class: callable, with named constructors. */
class DateClass extends Struct {
  override readonly call: Native;
  constructor(name: string, call: Native, attrs: Record<string, Value>) {
    super(name, attrs);
    this.call = call;
  }
}

const UNITS: [string, number][] = [
  ['days', DAY],
  ['seconds', 1000],
  ['microseconds', 0.001],
  ['milliseconds', 1],
  ['minutes', 60_000],
  ['hours', 3_600_000],
  ['weeks', 7 * DAY],
];

/** `modules.datetime`; `now` is the instant that every clock shows. */
export function datetimeModule(now: Date): Value {
  const current: Native = () => new DateTime(now.getTime());
  const build =
    (isDate: boolean): Native =>
    (args, kwargs) => {
      const names = ['year', 'month', 'day', 'hour', 'minute', 'second'];
      const [year, month, day, hour, minute, second] = names.map((name, i) =>
        integer(argument(args, kwargs, i, name), i < 3 ? 1 : 0),
      ) as [number, number, number, number, number, number];
      return new DateTime(Date.UTC(year, month - 1, day, hour, minute, second), isDate);
    };
  const parse: Native = (args) => new DateTime(strptime(text(args[0]), text(args[1])));
  const iso: Native = (args) => fromIso(text(args[0]));
  const stamp: Native = (args) => new DateTime(toFloat(asNumber(args[0] ?? null) ?? 0) * 1000);
  const natives = (table: Record<string, Native>): Record<string, Value> =>
    Object.fromEntries(Object.entries(table).map(([name, native]) => [name, new Fn(name, native)]));
  const combine: Native = (args) => args[0] ?? null;
  return new Struct('module', {
    datetime: new DateClass(
      'datetime',
      build(false),
      natives({
        now: current,
        utcnow: current,
        today: current,
        strptime: parse,
        fromisoformat: iso,
        fromtimestamp: stamp,
        utcfromtimestamp: stamp,
        combine,
      }),
    ),
    date: new DateClass(
      'date',
      build(true),
      natives({
        today: () => new DateTime(now.getTime(), true),
        fromisoformat: (args) => new DateTime(fromIso(text(args[0])).ms, true),
      }),
    ),
    timedelta: new Fn(
      'timedelta',
      (args, kwargs) =>
        new TimeDelta(
          UNITS.reduce(
            (sum, [name, size], i) =>
              sum + size * toFloat(asNumber(argument(args, kwargs, i, name) ?? 0) ?? 0),
            0,
          ),
        ),
    ),
    timezone: new Struct('timezone', { utc: 'UTC' }),
    UTC: 'UTC',
  });
}
