/** Values that keep their parts apart: a surrogate key determines the columns it is made of. */
import type { BoundCall, BoundExpression, ColumnId } from '../bind/bound.ts';
import type { Properties } from './properties.ts';
import { isNever } from './never.ts';
import type { Prover } from './prover.ts';
import { typeClass, typeText } from './types.ts';

/** The columns that a value determines. `present`: those that are not NULL where the value is not. `weak`: unless it is NULL. `rests`: what must be true for it; `assumed`: and may well not be. */
export interface Inverse {
  readonly columns: readonly ColumnId[];
  readonly present: readonly ColumnId[];
  readonly weak: boolean;
  readonly rests: readonly string[];
  readonly assumed: boolean;
}

const nothing: Inverse = { columns: [], present: [], weak: false, rests: [], assumed: false };

function both(a: Inverse, b: Inverse): Inverse {
  return {
    columns: [...a.columns, ...b.columns],
    present: [...a.present, ...b.present],
    weak: a.weak || b.weak,
    rests: [...new Set([...a.rests, ...b.rests])],
    assumed: a.assumed || b.assumed,
  };
}

const needs = (inverse: Inverse, rest: string, assumed: boolean): Inverse => ({
  ...inverse,
  rests: [...new Set([...inverse.rests, rest])],
  assumed: inverse.assumed || assumed,
});

export const hashes = new Set(
  (
    'md5 md5_hex md5_binary md5_number md5_number_lower64 md5_number_upper64 sha sha1 sha1_hex sha2 sha2_hex sha256 sha224 sha384 sha512 ' +
    'farm_fingerprint xxhash64 hash cityhash64 siphash64 fnv_hash murmurhash3_32 generate_surrogate_key surrogate_key ' +
    'dbt_utils.generate_surrogate_key dbt_utils.surrogate_key farmfingerprint64'
  ).split(' '),
);
/** Functions that write the same value in another way. */
export const wrappers = new Set(
  'to_hex hex lower_hex to_base64 base64 base64_encode to_json_string to_json to_varchar to_char string to_utf8 struct row tuple array to_variant abs_hash'.split(
    ' ',
  ),
);

/** The columns that the value determines, or null when it may be the same for different ones. */
export function inverse(
  value: BoundExpression,
  known: Properties,
  prover: Prover,
  inHash = false,
): Inverse | null {
  const of = (part: BoundExpression): Inverse | null => inverse(part, known, prover, inHash);
  switch (value.ex) {
    case 'ref':
      return { ...nothing, columns: [value.id], present: [value.id] };
    case 'literal':
    case 'parameter':
      return nothing;
    case 'cast':
      return castInverse(value, known, prover, inHash);
    case 'struct':
      return absent(all(value.fields.map((field) => of(field.value))));
    case 'array':
      return absent(all(value.items.map(of)));
    case 'binary':
      if (value.op === '||') return joined(flatten(value), known, prover, inHash);
      if (value.op === '+' || value.op === '-')
        return [value.left, value.right].every(movesApart)
          ? all([of(value.left), of(value.right)].map(onlyOne(value)))
          : null;
      return null;
    case 'call':
      return callInverse(value, known, prover, inHash);
    default:
      return null;
  }
}

/** Something around the parts that is there even where they are NULL. */
const absent = (inner: Inverse | null): Inverse | null => inner && { ...inner, present: [] };

/** `column ± constant` keeps values apart; `column ± column` does not. */
function onlyOne(
  value: Extract<BoundExpression, { ex: 'binary' }>,
): (part: Inverse | null) => Inverse | null {
  const columns = (part: BoundExpression): boolean => part.ex !== 'literal' && part.ex !== 'parameter';
  const two = columns(value.left) && columns(value.right);
  return (part) => (two ? null : part);
}

function all(parts: readonly (Inverse | null)[]): Inverse | null {
  return parts.reduce((sum, part) => (sum && part ? both(sum, part) : null), nothing);
}

function callInverse(call: BoundCall, known: Properties, prover: Prover, inHash: boolean): Inverse | null {
  if (call.aggregate || call.filter) return null;
  const name = call.name;
  if (hashes.has(name)) {
    const parts = all(call.args.map((arg) => inverse(arg, known, prover, true)));
    return parts && parts.columns.length > 0
      ? needs(parts, `${name} gives different rows different hashes`, false)
      : parts;
  }
  if (name === 'concat') return absent(joined(call.args, known, prover, inHash));
  if (name === 'concat_ws' || name === 'array_to_string') {
    const [separator, ...rest] = name === 'concat_ws' ? call.args : [];
    return separator
      ? joined(
          rest.flatMap((arg, i) => (i === 0 ? [arg] : [separator, arg])),
          known,
          prover,
          inHash,
        )
      : null;
  }
  if (/^to_(var)?char$/.test(name) && call.args.length > 1) return null; // a format may leave something out
  if (changesCase.test(name) && call.args.length === 1 && isHexText(call.args[0]))
    return all(call.args.map((arg) => inverse(arg, known, prover, inHash)));
  if (wrappers.has(name)) return absent(all(call.args.map((arg) => inverse(arg, known, prover, inHash))));
  if (name === 'coalesce' || name === 'ifnull' || name === 'nvl')
    return coalesceInverse(call, known, prover, inHash);
  if (shifts.test(name)) {
    if (!call.args.every(movesApart)) return null;
    const refs = call.args.filter((arg) => inverse(arg, known, prover)?.columns.length !== 0);
    return refs.length === 1
      ? all(call.args.filter((arg) => refs.includes(arg)).map((arg) => inverse(arg, known, prover)))
      : null;
  }
  return null;
}

const shifts = /^(date|datetime|timestamp)_?(add|sub)$/;
const exactUnit = /^(week|day|hour|minute|second|millisecond|microsecond|nanosecond)s?$/i;

/** Months end on different days: `DATEADD(month, 1, …)` of the 30th and of the 31st of January are one day. So do quarters, years and intervals without a unit. */
function movesApart(value: BoundExpression): boolean {
  if (value.ex === 'call') return value.name !== 'interval' || value.args.slice(1).every(movesApart);
  if (value.ex !== 'literal' || value.type === 'number') return true;
  const words = (value.value ?? '').match(/[a-z]+/gi) ?? [];
  return (words.length > 0 || value.type !== 'interval') && words.every((word) => exactUnit.test(word));
}

const changesCase = /^(lower|upper|lcase|ucase)$/;
const hexTexts =
  /^(to_hex|hex|md5|md5_hex|sha1|sha1_hex|sha2|sha2_hex|generate_surrogate_key|surrogate_key)$/;

/** Text of digits and letters of one case: another case keeps it apart. */
function isHexText(value: BoundExpression | undefined): boolean {
  if (value?.ex === 'cast') return typeClass(value.type) === 'string' && isHexText(value.value);
  return value?.ex === 'call' && hexTexts.test(value.name);
}

/** A constant in place of NULL: the value keeps apart unless the constant is also one of the column's values. */
function coalesceInverse(
  call: BoundCall,
  known: Properties,
  prover: Prover,
  inHash: boolean,
): Inverse | null {
  const [value, other] = call.args;
  if (!value || !other || call.args.length !== 2 || other.ex !== 'literal') return null;
  const inner = inverse(value, known, prover, inHash);
  if (!inner) return null;
  if (inner.columns.every((id) => known.notNull.has(id)) && !inner.weak) return inner;
  const text = other.value ?? '';
  const written = typeClass(typeText(value.ex === 'cast' ? value.value : value, prover));
  const impossible = inHash && written !== null && written !== 'string' && Number.isNaN(Number.parseFloat(text)); // prettier-ignore
  const strong = { ...inner, weak: false, present: [] };
  if (impossible || isNever(value, text, prover)) return strong;
  const rare = inHash && text.length >= 5;
  return needs(strong, standsForNull(text), !rare);
}

/** What a key rests on that takes such a text for NULL. */
export const standsForNull = (text: string): string => `no value is '${text}', which stands for NULL`;

function castInverse(
  value: Extract<BoundExpression, { ex: 'cast' }>,
  known: Properties,
  prover: Prover,
  inHash: boolean,
): Inverse | null {
  const inner = inverse(value.value, known, prover, inHash);
  if (!inner || inner.columns.length === 0) return inner;
  const to = typeClass(value.type);
  const source = typeClass(typeText(value.value, prover));
  const safe = value.safe ? { ...inner, weak: true } : inner;
  if (to === 'string') return /char\(\s*\d\s*\)/.test(value.type) ? null : inner;
  if (to !== null && to === source)
    return to === 'number' ? needs(inner, `the cast to ${value.type} does not round`, true) : inner;
  if (source === 'integer' && to === 'number') return inner;
  if (source === 'date' && to === 'timestamp') return inner;
  if (source === null && (to === 'integer' || to === 'number') && areIdentifiers(inner.columns, prover))
    return needs(safe, `identifiers that are cast to ${value.type} are whole numbers`, false);
  if (to === 'date' || to === 'boolean' || to === null) return null;
  if (source === 'number' || source === 'timestamp' || source === 'boolean') return null;
  return needs(safe, `the cast to ${value.type} keeps different values different`, true);
}

const identifier = /(^|_|\.)(id|iid|key|pk|sk|number|index)$|[a-z](Id|ID)$/;

const areIdentifiers = (columns: readonly ColumnId[], prover: Prover): boolean =>
  columns.every((id) =>
    [prover.nameOf(id), prover.nameOf(id).toLowerCase()].some((name) => identifier.test(name)),
  );

export function flatten(value: BoundExpression): BoundExpression[] {
  return value.ex === 'binary' && value.op === '||'
    ? [...flatten(value.left), ...flatten(value.right)]
    : [value];
}

/** Texts put together: the parts can be told apart when a separator stands between each two. */
function joined(
  parts: readonly BoundExpression[],
  known: Properties,
  prover: Prover,
  inHash: boolean,
): Inverse | null {
  const inner = parts.flatMap((part) =>
    part.ex === 'call' && part.name === 'concat' ? part.args : flatten(part),
  );
  const found = all(inner.map((part) => inverse(part, known, prover, inHash)));
  if (!found || found.columns.length === 0) return found;
  const nullable = inner.some((part) => {
    const columns = inverse(part, known, prover, inHash)?.columns ?? [];
    return columns.length > 0 && !(part.ex === 'call') && !columns.every((id) => known.notNull.has(id));
  });
  const result = nullable ? { ...found, weak: true } : found;
  let before: 'column' | 'separator' = 'separator';
  let together = false;
  let several = 0;
  for (const part of inner) {
    if (part.ex === 'literal') {
      if ((part.value ?? '') !== '') before = 'separator';
      continue;
    }
    several++;
    if (before === 'column') together = true;
    before = 'column';
  }
  if (several < 2) return result;
  return together
    ? needs(result, 'values that stand side by side without a separator can be told apart', true)
    : needs(result, 'the separator does not make different values the same text', false);
}
