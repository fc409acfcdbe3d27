/** Coarse types of values, for knowing which casts keep different values different. */
import { own } from '../../schema/contracts/own.ts';
import type { BoundExpression, ColumnId } from '../bind/bound.ts';
import { origin } from './prover.ts';
import type { Prover } from './prover.ts';

export type TypeClass = 'string' | 'integer' | 'number' | 'date' | 'timestamp' | 'boolean';

const classes: readonly (readonly [RegExp, TypeClass])[] = [
  [/^(n?var)?char|^n?varchar|^string|^text|^uuid|^citext|^bpchar|^fixedstring/, 'string'],
  [/^(big|small|tiny|medium|u)*int\d*|^integer|^long|^short|^byteint|^serial|^bigserial|^hugeint/, 'integer'],
  [/^(num|dec|big_?num|big_?dec|float|double|real|money)/, 'number'],
  [/^date$|^date32/, 'date'],
  [/^timestamp|^datetime/, 'timestamp'],
  [/^bool/, 'boolean'],
];

export function typeClass(type: string | null | undefined): TypeClass | null {
  if (!type) return null;
  const lower = type.toLowerCase();
  const found = classes.find(([pattern]) => pattern.test(lower))?.[1] ?? null;
  return found === 'number' && /^(number|numeric|decimal)\s*\(\s*\d+\s*(,\s*0\s*)?\)/.test(lower)
    ? 'integer'
    : found;
}

const results: Readonly<Record<string, TypeClass>> = {
  ...Object.fromEntries(
    'md5 md5_hex sha1 sha256 sha2 sha to_hex hex concat lower upper trim substr substring split_part replace to_json_string to_varchar to_char format'
      .split(' ')
      .map((name) => [name, 'string'] as const),
  ),
  ...Object.fromEntries(
    'count row_number rank dense_rank length year month day approx_count_distinct countif count_if datediff date_diff'
      .split(' ')
      .map((name) => [name, 'integer'] as const),
  ),
  ...Object.fromEntries(
    'to_date current_date date last_day'.split(' ').map((name) => [name, 'date'] as const),
  ),
  ...Object.fromEntries(
    'current_timestamp to_timestamp timestamp_trunc timestamp now getdate sysdate parse_timestamp'
      .split(' ')
      .map((name) => [name, 'timestamp'] as const),
  ),
};

/** The type as text, lower case, where the code says one; null when it does not. */
export function typeText(value: BoundExpression, prover: Prover, depth = 0): string | null {
  if (depth > 24) return null;
  switch (value.ex) {
    case 'cast':
      return value.type;
    case 'ref':
      return columnType(value.id, prover, depth);
    case 'literal':
      return value.type === 'number'
        ? /^-?\d+$/.test(value.value ?? '')
          ? 'integer'
          : 'numeric'
        : value.type === 'null' || value.type === 'other' || value.type === 'interval'
          ? null
          : value.type;
    case 'call':
      if (
        /^(coalesce|ifnull|nvl|min|max|any_value|nullif|first_value|last_value|lag|lead)$/.test(value.name) &&
        value.args[0]
      )
        return typeText(value.args[0], prover, depth + 1);
      return own(results, value.name) ?? null;
    case 'window':
      return typeText(value.call, prover, depth + 1);
    case 'case':
      for (const branch of value.branches) {
        const type = typeText(branch.then, prover, depth + 1);
        if (type !== null) return type;
      }
      return null;
    case 'in':
    case 'between':
      return 'boolean';
    case 'binary':
      return /^(AND|OR|=|<>|!=|<|<=|>|>=|LIKE|ILIKE)$/.test(value.op)
        ? 'boolean'
        : value.op === '||'
          ? 'string'
          : null;
    case 'unary':
      return value.op.startsWith('IS') || value.op === 'NOT' ? 'boolean' : null;
    default:
      return null;
  }
}

export function columnType(id: ColumnId, prover: Prover, depth = 0): string | null {
  const definition = origin(prover, id);
  if (definition?.kind === 'table') return definition.type?.toLowerCase() ?? null;
  if (definition?.kind === 'computed') return typeText(definition.value, prover, depth + 1);
  if (definition?.kind === 'merged' && definition.of[0] !== undefined && depth < 24) {
    const types = definition.of.map((of) => columnType(of, prover, depth + 4));
    return types.every((type) => type === types[0]) ? (types[0] ?? null) : null;
  }
  return null;
}
