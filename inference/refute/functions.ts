/**
 * The functions that printed queries call. A function that the prover knows nothing of is an arbitrary one here: its values are few, so
 * that different arguments often give the same, and NULL where nothing rules that out; which function it is changes with the salt.
 */
export type SqlValue = number | string | null;

export interface SqlFunction {
  readonly name: string;
  readonly call: (...args: SqlValue[]) => SqlValue;
  /** False: a new value each time. */
  readonly deterministic?: boolean;
}

const few: readonly SqlValue[] = [0, 1, 2, 'a', '2024-01-31'];

/** What a run is given: its dates, most often. */
const parameters: readonly SqlValue[] = ['2024-01-30', '2024-01-31', '2024-02-29'];

/** `salt`: another one, another set of arbitrary functions. `run`: the number of the run under way. */
export function sqlFunctions(salt: number, run: () => number): readonly SqlFunction[] {
  const pick = (args: readonly SqlValue[]): SqlValue => few[hash([salt, ...args]) % few.length] as SqlValue;
  const strict =
    (call: (...args: SqlValue[]) => SqlValue) =>
    (...args: SqlValue[]): SqlValue =>
      args.includes(null) ? null : call(...args);
  let made = 0;
  return [
    { name: 'f_any', call: (...args) => (hash([salt, 'null', ...args]) % 5 === 0 ? null : pick(args)) },
    { name: 'f_there', call: (...args) => pick(args) },
    { name: 'f_strict', call: strict((...args) => pick(args)) },
    { name: 'f_flag', call: strict((...args) => hash([salt, ...args]) % 2) },
    {
      name: 'f_parameter',
      call: (name) => parameters[hash([salt, name, run()]) % parameters.length] as SqlValue,
      deterministic: false,
    },
    { name: 'f_unique', call: () => `unique ${++made}`, deterministic: false },
    {
      name: 'f_same',
      call: strict((name, ...args) =>
        args.length === 1 && name === 'string' ? String(args[0]) : JSON.stringify(args),
      ),
    },
    {
      name: 'f_case',
      call: strict((name, value) =>
        /^[lL]/.test(String(name)) ? String(value).toLowerCase() : String(value).toUpperCase(),
      ),
    },
    {
      name: 'f_concat_ws',
      call: (separator, ...args) => args.filter((arg) => arg !== null).join(String(separator)),
    },
    { name: 'f_cast', call: (to, _safe, value) => (value === null ? null : cast(String(to), value, pick)) },
    { name: 'f_plus', call: strict((op, a, b) => plus(String(op), a, b, pick)) },
    { name: 'f_minus', call: strict((value) => (typeof value === 'number' ? -value : pick(['-', value]))) },
    { name: 'f_shift', call: strict((...args) => shift(args, pick)) },
    { name: 'f_struct', call: (...args) => JSON.stringify(Object.fromEntries(pairs(args))) },
    { name: 'f_list', call: (...args) => JSON.stringify(args) },
    {
      name: 'f_field',
      call: (value, field) =>
        fieldOf(value, field, (args) => (hash([salt, 1, ...args]) % 4 === 0 ? null : pick(args))),
    },
    {
      name: 'f_elements',
      call: (value) => elements(value, (i) => pick(['element', value, i]), hash([salt, 'length', value]) % 4),
    },
    {
      name: 'f_series',
      call: (value) =>
        withoutRepeats(elements(value, (i) => pick(['element', value, i]), hash([salt, 'length', value]) % 4)), // prettier-ignore
    },
  ];
}

type Pick = (args: readonly SqlValue[]) => SqlValue;

/** FNV-1a. */
function hash(args: readonly SqlValue[]): number {
  let state = 0x811c9dc5;
  for (const char of JSON.stringify(args)) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return (state ^ (state >>> 15)) >>> 0;
}

const isDate = (value: SqlValue): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);

function cast(to: string, value: number | string, pick: Pick): SqlValue {
  switch (to) {
    case 'string':
      return String(value);
    case 'char':
      return String(value).slice(0, 1);
    // What is cast to a number is a number: a text stands for one of its own. Proofs rest on that in words.
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : value;
    case 'number':
      return value;
    case 'date':
      return isDate(value) ? value.slice(0, 10) : pick(['date', value]);
    case 'timestamp':
      return isDate(value) ? (value.length > 10 ? value : `${value} 00:00:00`) : pick(['timestamp', value]);
    case 'boolean':
      return value === 0 || value === 'false' || value === '' ? 0 : 1;
    default:
      return pick(['cast', to, value]);
  }
}

function plus(op: string, a: SqlValue, b: SqlValue, pick: Pick): SqlValue {
  if (typeof a === 'number' && typeof b === 'number') return op === '+' ? a + b : a - b;
  if (isDate(a) && !isDate(b)) return moved(a, String(b), op === '+' ? 1 : -1);
  if (isDate(b) && !isDate(a) && op === '+') return moved(b, String(a), 1);
  return pick([op, a, b]);
}

function shift(args: readonly SqlValue[], pick: Pick): SqlValue {
  const dates = args.filter(isDate);
  const [date] = dates;
  if (dates.length !== 1 || date === undefined) return pick(['shift', ...args]);
  return moved(date, args.filter((arg) => arg !== date).join(' '), 1);
}

/** A date some days, or with a unit of months some months, away: the end of a month stays within it, as in every warehouse. */
function moved(date: string, by: string, sign: number): string {
  const amount = sign * (Number.parseInt(/-?\d+/.exec(by)?.[0] ?? '1', 10) || 0);
  const at = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  if (/month|quarter|year/i.test(by)) {
    const day = at.getUTCDate();
    at.setUTCDate(1);
    at.setUTCMonth(at.getUTCMonth() + amount * (/year/i.test(by) ? 12 : /quarter/i.test(by) ? 3 : 1));
    const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
    at.setUTCDate(Math.min(day, last));
  } else at.setUTCDate(at.getUTCDate() + amount);
  return at.toISOString().slice(0, 10) + date.slice(10);
}

function pairs(args: readonly SqlValue[]): [string, SqlValue][] {
  const found: [string, SqlValue][] = [];
  for (let i = 0; i + 1 < args.length; i += 2) found.push([String(args[i]), args[i + 1] as SqlValue]);
  return found;
}

function fieldOf(value: SqlValue, field: SqlValue, pick: Pick): SqlValue {
  if (value === null) return null;
  const known = parsed(value);
  if (
    known !== null &&
    typeof known === 'object' &&
    !Array.isArray(known) &&
    Object.hasOwn(known, String(field))
  )
    return (known as Record<string, SqlValue>)[String(field)] as SqlValue;
  return pick(['field', value, field]);
}

function elements(value: SqlValue, one: (i: number) => SqlValue, length: number): string {
  if (value === null) return '[]';
  const known = parsed(value);
  return JSON.stringify(Array.isArray(known) ? known : Array.from({ length }, (_, i) => one(i)));
}

const withoutRepeats = (list: string): string => JSON.stringify([...new Set(JSON.parse(list) as SqlValue[])]);

function parsed(value: SqlValue): unknown {
  try {
    return typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : null;
  } catch {
    return null;
  }
}
