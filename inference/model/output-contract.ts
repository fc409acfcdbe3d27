/** What the model answers about one table. Null and empty lists mean that the code does not say. */
import { z } from 'zod';

/** Lines of a file at the commit, 1-based and inclusive. */
const citationSchema = z.strictObject({ path: z.string(), from: z.int(), to: z.int() });
export type Citation = z.infer<typeof citationSchema>;

const cited = {
  evidence: z.array(citationSchema).describe('The lines that say it. At least one.'),
  confidence: z.number().describe('0 to 1: how often a statement like this one is right.'),
};

const purposeSchema = z.strictObject({
  text: z.string().describe('One paragraph: what the table is for and what it holds.'),
  ...cited,
});

const grainSchema = z.strictObject({
  phrase: z.string().describe('"one row per user per day"'),
  key_columns: z
    .array(z.string())
    .describe('The fewest columns that tell rows apart; empty when it is not known.'),
  time_grain: z.enum(['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']).nullable(),
  ...cited,
});

const joinSchema = z.strictObject({
  columns: z.array(z.string()).describe('Columns of this table.'),
  to: z.string().describe('The other table, by the id that the dossier gives it.'),
  to_columns: z.array(z.string()).describe('Its columns, in the same order.'),
  cardinality: z.enum(['1:1', '1:n', 'n:1', 'n:m', 'unknown']).describe('From this table to the other.'),
  ...cited,
});

const populationSchema = z.strictObject({
  sql: z.string().describe('The predicate that every row meets, as the code has it.'),
  words: z.string().describe('Which rows are in, which are left out, and why if the code says.'),
  ...cited,
});

const freshnessSchema = z.strictObject({
  schedule: z.string().nullable().describe('Cron or preset, as written.'),
  window: z.enum(['full', 'incremental', 'partition']).nullable().describe('What one run writes.'),
  words: z.string(),
  ...cited,
});

const columnSchema = z.strictObject({
  column: z.string(),
  meaning: z.string().describe('What a value stands for, in one sentence.'),
  values: z
    .array(z.strictObject({ value: z.string(), meaning: z.string().nullable() }))
    .describe('The values that the code knows; empty when open.'),
  sentinels: z
    .array(z.strictObject({ value: z.string(), meaning: z.string() }))
    .describe('Values that are none: -1 for not known, 9999-12-31 for still valid.'),
  unit: z.string().nullable().describe('Unit of measure in the words of the lines: cents, percent.'),
  currency: z.string().nullable().describe('ISO 4217 code, or the column that holds it.'),
  time_zone: z.string().nullable().describe('IANA name, or the column that holds it.'),
  null_meaning: z.string().nullable().describe('What NULL stands for.'),
  ...cited,
});

const similarSchema = z.strictObject({
  table: z.string().describe('A look-alike, by its id.'),
  differences: z.array(z.string()),
  rule: z.string().describe('When to take which.'),
  ...cited,
});

export const fieldsAsked = [
  'purpose',
  'grain',
  'joins',
  'upstream',
  'population',
  'freshness',
  'owner',
  'columns',
  'similar',
  'caveats',
] as const;

export const tableReadingSchema = z.strictObject({
  purpose: purposeSchema.nullable(),
  grain: grainSchema.nullable(),
  joins: z.array(joinSchema),
  upstream: z
    .array(z.strictObject({ table: z.string(), ...cited }))
    .describe('Tables that it reads and that the dossier does not list.'),
  population: z.array(populationSchema),
  freshness: freshnessSchema.nullable(),
  owner: z.strictObject({ owner: z.string(), ...cited }).nullable(),
  columns: z.array(columnSchema),
  similar: z.array(similarSchema),
  caveats: z
    .array(z.strictObject({ text: z.string(), ...cited }))
    .describe('What a reader gets wrong without knowing it.'),
  unknown: z.array(z.enum(fieldsAsked)).describe('Fields about which the code does not say enough.'),
});
export type TableReading = z.infer<typeof tableReadingSchema>;

/** What the model writes down for itself when its conversation has grown too long. */
export const notesSchema = z.strictObject({ notes: z.string() });
export type Notes = z.infer<typeof notesSchema>;

/** Any one statement of a reading. */
export interface Statement {
  readonly evidence: readonly Citation[];
  readonly confidence: number;
}
