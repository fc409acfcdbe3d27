import type { ClaimField, NewClaim } from '../../schema/contracts/claims.ts';
import { believed } from './confidence.ts';
import type { fieldsAsked, Statement, TableReading } from './output-contract.ts';

export interface ClaimContext {
  readonly table: string;
  /** Blob SHA of a cited path. */
  readonly blobOf: (path: string) => string;
  readonly resolve: (name: string) => string | null;
  /** The file that builds a table; null: none does, or it is not known. */
  readonly pathOf: (table: string) => string | null;
  /** 0..1, how alike a table is by its sources and columns; 0: not measured. */
  readonly likenessOf: (table: string) => number;
}

/** The field of the claims that a part of a reading becomes. */
export const claimFieldOf: Readonly<Record<(typeof fieldsAsked)[number], ClaimField>> = {
  purpose: 'purpose',
  grain: 'grain',
  joins: 'join',
  upstream: 'upstream',
  population: 'population',
  freshness: 'freshness',
  owner: 'owner',
  columns: 'column',
  similar: 'similar',
  caveats: 'caveat',
};

/** The claims of a checked reading, all of origin `inferred`. */
export function toClaims(reading: TableReading, context: ClaimContext): NewClaim[] {
  const { table, resolve } = context;
  const common = ({ evidence, confidence }: Statement) => ({
    table,
    origin: 'inferred' as const,
    confidence: believed(confidence),
    evidence: evidence.map(({ path, from, to }) => ({
      kind: 'code' as const,
      path,
      lines: [from, to] as [number, number],
      blob: context.blobOf(path),
    })),
  });
  const claims: NewClaim[] = [];
  const { purpose, grain, freshness, owner } = reading;
  if (purpose) claims.push({ ...common(purpose), field: 'purpose', value: { text: purpose.text } });
  if (grain) claims.push({ ...common(grain), field: 'grain', value: grainValue(grain) });
  if (freshness)
    claims.push({
      ...common(freshness),
      field: 'freshness',
      value: {
        schedule: freshness.schedule,
        job: null,
        window: freshness.window,
        partition: [],
        loaded_at: null,
        late_after: null,
        words: freshness.words,
      },
    });
  if (owner) claims.push({ ...common(owner), field: 'owner', value: { owner: owner.owner, source: 'code' } });
  for (const join of reading.joins) {
    const to = resolve(join.to) ?? join.to;
    const { columns, to_columns, cardinality } = join;
    const value = { columns, to, to_path: context.pathOf(to), to_columns, cardinality };
    claims.push({ ...common(join), field: 'join', value });
  }
  for (const upstream of reading.upstream)
    claims.push({
      ...common(upstream),
      field: 'upstream',
      value: { table: resolve(upstream.table) ?? upstream.table, kind: 'reads' },
    });
  for (const { sql, words, ...statement } of reading.population)
    claims.push({ ...common(statement), field: 'population', value: { sql, words } });
  for (const column of reading.columns)
    claims.push({ ...common(column), field: 'column', value: columnValue(column) });
  for (const similar of reading.similar) {
    const other = resolve(similar.table) ?? similar.table;
    const { differences, rule } = similar;
    const value = { table: other, likeness: context.likenessOf(other), differences, rule };
    claims.push({ ...common(similar), field: 'similar', value });
  }
  for (const caveat of reading.caveats)
    claims.push({ ...common(caveat), field: 'caveat', value: { text: caveat.text } });
  return claims;
}

type Grain = NonNullable<TableReading['grain']>;
function grainValue({ key_columns, phrase, time_grain }: Grain) {
  const key = {
    columns: key_columns,
    basis: 'assumed' as const,
    rests_on: ['what a model read in the cited lines'],
    nulls: 'unknown' as const,
    scope: 'table' as const,
  };
  return { keys: key_columns.length === 0 ? [] : [key], status: 'unknown' as const, phrase, time_grain };
}

type Column = TableReading['columns'][number];
function columnValue({ column, meaning, values, sentinels, ...notes }: Column) {
  const value_meanings = values.flatMap(({ value, meaning: means }) =>
    means === null ? [] : [{ value, meaning: means }],
  );
  return {
    column,
    position: null,
    type: null,
    description: meaning,
    nullable: null,
    values: values.length === 0 ? null : values.map(({ value }) => value),
    ...(notes.unit !== null && { unit: notes.unit }),
    ...(notes.currency !== null && { currency: notes.currency }),
    ...(notes.time_zone !== null && { time_zone: notes.time_zone }),
    ...(notes.null_meaning !== null && { null_meaning: notes.null_meaning }),
    ...(value_meanings.length > 0 && { value_meanings }),
    ...(sentinels.length > 0 && { sentinels }),
  };
}
