import { z } from 'zod';
import { evidenceSchema } from './evidence.ts';

/** How a claim is known. The order is the order of trust that merge uses unless a field has its own rule. */
export const originSchema = z.enum(['declared', 'derived', 'observed', 'inferred']);
export type Origin = z.infer<typeof originSchema>;

/** `tested`: the table's own test; `config`: its `unique_key`; `proved`: follows from the code; `assumed`: follows if `rests_on` holds;
 * `observed`: seen in query logs. */
export const keyBasisSchema = z.enum(['tested', 'config', 'proved', 'assumed', 'observed']);

export const grainKeySchema = z.object({
  /** Empty: the table holds at most one row. */
  columns: z.array(z.string()),
  basis: keyBasisSchema,
  /** What an assumed key needs to be true; tested keys of upstream tables that a proof uses. Words, one a need. */
  rests_on: z.array(z.string()),
  /** Whether key columns may be NULL (`unique` tests ignore NULLs). */
  nulls: z.enum(['none', 'allowed', 'unknown']),
  /** `partition`: unique within one run's partition only; `current_rows`: among rows that are valid now (SCD). */
  scope: z.enum(['table', 'partition', 'current_rows']),
});
export type GrainKey = z.infer<typeof grainKeySchema>;

/** What one row stands for. At most three minimal keys, best first. */
export const grainSchema = z.object({
  keys: z.array(grainKeySchema).max(3),
  status: z.enum(['unique', 'duplicates_possible', 'unknown']),
  /** "one row per user per day"; empty when unknown. */
  phrase: z.string(),
  /** `second`, `minute`, `hour`, `day`, `week`, `month`, `quarter`, `year`; null: not a time series, or unknown. */
  time_grain: z.string().nullable(),
});

export const joinSchema = z.object({
  columns: z.array(z.string()),
  to: z.string(),
  /** The file that builds the other table; null when none does. */
  to_path: z.string().nullable(),
  to_columns: z.array(z.string()),
  /** From this table's rows to the other's; a relationship test alone does not say. */
  cardinality: z.enum(['1:1', '1:n', 'n:1', 'n:m', 'unknown']),
  /** No code or test joins them: the columns' names alone say so. */
  by_name: z.boolean().optional(),
});

export const upstreamSchema = z.object({
  table: z.string(),
  /** `orders_after`: only the scheduler says so. Absent in older claims means `reads`. */
  kind: z.enum(['reads', 'merges', 'copies', 'orders_after']).optional(),
});

/** Kind of one step of column lineage; `condition`: decides which rows or branch, its value is not carried. */
export const lineageKindSchema = z.enum(['copy', 'cast', 'expression', 'aggregate', 'window', 'condition']);
export type LineageKind = z.infer<typeof lineageKindSchema>;

export const columnLineageSchema = z.object({
  column: z.string(),
  from: z.array(z.object({ table: z.string(), column: z.string(), kind: lineageKindSchema })),
});

export const populationSchema = z.object({
  /** A predicate that holds for every row (or, for `excludes`, what was filtered), as SQL. */
  sql: z.string(),
  words: z.string(),
});

const explainedSchema = z.object({ value: z.string(), meaning: z.string() });

export const columnSchema = z.object({
  column: z.string(),
  /** 0-based position in the table; null when not known. */
  position: z.int().nullable(),
  type: z.string().nullable(),
  description: z.string().nullable(),
  nullable: z.boolean().nullable(),
  /** Values that a test or the code allows; null when open. */
  values: z.array(z.string()).nullable(),
  /** Absent: nobody says. So are the others below. */
  unit: z.string().optional(),
  /** ISO 4217 code, or the column that holds it. */
  currency: z.string().optional(),
  /** IANA name, or the column that holds it. */
  time_zone: z.string().optional(),
  null_meaning: z.string().optional(),
  /** What some of the values stand for. */
  value_meanings: z.array(explainedSchema).optional(),
  /** Values that are none: `-1` for not known, `9999-12-31` for still valid. */
  sentinels: z.array(explainedSchema).optional(),
});

export const freshnessSchema = z.object({
  /** Cron or preset as written; null when no scheduler is known. */
  schedule: z.string().nullable(),
  /** The job that builds the table. */
  job: z.string().nullable(),
  /** What one run writes: `full`, `incremental`, `partition`; null when not known. */
  window: z.string().nullable(),
  /** Columns that partition the table. */
  partition: z.array(z.string()),
  loaded_at: z.string().nullable(),
  /** Seconds after which data counts as late; null when nobody says. */
  late_after: z.number().nullable(),
  words: z.string(),
});

export const ownerSchema = z.object({
  owner: z.string(),
  /** `code`: the code's own words, a comment say, as a model read them. */
  source: z.enum([
    'annotation',
    'meta',
    'config',
    'dag',
    'group',
    'exposure',
    'code',
    'codeowners',
    'committer',
  ]),
});

export const similarSchema = z.object({
  table: z.string(),
  /** 0..1, how alike sources and columns are. */
  likeness: z.number(),
  /** Differences in words: grain, population, columns, freshness. */
  differences: z.array(z.string()),
  /** When to take which; null when unknown. */
  rule: z.string().nullable(),
});

export const textSchema = z.object({ text: z.string() });
export const kindSchema = z.object({ kind: z.string(), write: z.string().nullable() });
export const consumerSchema = z.object({ kind: z.string(), name: z.string(), owner: z.string().nullable() });
export const usageSchema = z.object({
  /** Coarse, with hysteresis: `none`, `a few`, `tens`, `hundreds`, `thousands` of queries a week. */
  band: z.string(),
  trend: z.enum(['rising', 'steady', 'falling', 'unknown']),
});

/** The contract of each field's value. */
export const claimValueSchemas = {
  kind: kindSchema,
  description: textSchema,
  purpose: textSchema,
  column: columnSchema,
  grain: grainSchema,
  join: joinSchema,
  upstream: upstreamSchema,
  column_lineage: columnLineageSchema,
  population: populationSchema,
  freshness: freshnessSchema,
  owner: ownerSchema,
  similar: similarSchema,
  caveat: textSchema,
  deprecated: textSchema,
  consumer: consumerSchema,
  usage: usageSchema,
} as const;

export type ClaimField = keyof typeof claimValueSchemas;
export type ClaimValue<F extends ClaimField> = z.infer<(typeof claimValueSchemas)[F]>;
export const claimFields = Object.keys(claimValueSchemas) as ClaimField[];

/** One step of a proof, in words, with the line that it was read from. */
export const proofStepSchema = z.object({
  text: z.string(),
  path: z.string().optional(),
  line: z.int().positive().optional(),
});
export type ProofStep = z.infer<typeof proofStepSchema>;

/**
 * One statement about one table. `id` is the first 32 hex digits of the SHA-256 of table, field, value, origin and the evidence's paths, blobs
 * and lines (not of commits, confidence or steps), so the same claim of another night is the same row.
 */
export type Claim = {
  [F in ClaimField]: {
    readonly id: string;
    readonly table: string;
    readonly field: F;
    readonly value: ClaimValue<F>;
    readonly origin: Origin;
    /** 0..1: how often such a claim is right. */
    readonly confidence: number;
    readonly evidence: readonly z.infer<typeof evidenceSchema>[];
    /** The proof, for derived claims. */
    readonly steps?: readonly ProofStep[];
  };
}[ClaimField];

/** A claim before it has an id. */
export type NewClaim = { [F in ClaimField]: Omit<Extract<Claim, { field: F }>, 'id'> }[ClaimField];

/** A line of `tablelore claims`: a contract that other tools read. `path` is the file that builds the table, null for tables that no file builds. */
export const claimLineSchema = z.object({
  table: z.string(),
  path: z.string().nullable(),
  field: z.enum(claimFields as [ClaimField, ...ClaimField[]]),
  origin: originSchema,
  value: z.unknown(),
  confidence: z.number(),
  evidence: z.array(
    z.union([
      z.object({ path: z.string(), lines: z.tuple([z.int(), z.int()]), commit: z.string() }),
      evidenceSchema,
    ]),
  ),
  superseded: z.boolean(),
});
export type ClaimLine = z.infer<typeof claimLineSchema>;
