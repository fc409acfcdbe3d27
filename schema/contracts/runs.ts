import { z } from 'zod';
import { changesSchema } from './changes.ts';

const isoDate = z.iso.date();
const repoName = z
  .string()
  .min(1)
  .optional()
  .describe('Default: the only repository of the configuration, or all of them.');
const tables = z.string().min(1).optional().describe('Glob over table ids. Default: all.');
const budget = z
  .strictObject({
    usd: z
      .number()
      .nonnegative()
      .optional()
      .describe(
        'The model is asked no more once all nights of the run together cost that much. Needs `model.prices`.',
      ),
    modelTables: z.int().nonnegative().optional().describe('Tables that each night may ask the model about.'),
  })
  .optional()
  .describe('Default: what the configuration says.');

const dryRun = z.boolean().optional().describe('Only say what would be done, and what it would cost.');

/** Stages that a backfill can redo. */
export const layerSchema = z.enum(['parse', 'derive', 'infer', 'observe', 'render', 'embed']);
export type Layer = z.infer<typeof layerSchema>;
export const layers = layerSchema.options;

/** Inputs of the workflows: one JSON object each, so that the Temporal UI's form can send them. */
export const nightlyInputSchema = z.strictObject({
  repo: repoName,
  asOf: isoDate.optional().describe("Default: the schedule's nominal day, else today."),
  tables,
  budget,
  dryRun,
});

export const enrichTableInputSchema = z.strictObject({
  table: z.string().min(1).describe('A table id, or the end of one.'),
  repo: repoName,
  asOf: isoDate
    .optional()
    .describe('Default: the published night, or today where the code has changed since.'),
  force: z.boolean().optional().describe('Recompute every stage, also where nothing changed.'),
});

export const backfillInputSchema = z.strictObject({
  repo: repoName,
  from: isoDate.optional().describe('First night. Default: `to`, else today.'),
  to: isoDate.optional().describe('Last night. Default: today.'),
  every: z.int().positive().optional().describe('Days from one as-of night to the next. Default: 1.'),
  tables,
  layers: z
    .array(layerSchema)
    .optional()
    .describe(
      'Stages to redo in nights that are done: these and what follows from them, nothing else. Default: whole nights.',
    ),
  budget,
  dryRun,
});

export type NightlyInput = z.infer<typeof nightlyInputSchema>;
export type EnrichTableInput = z.infer<typeof enrichTableInputSchema>;
export type BackfillInput = z.infer<typeof backfillInputSchema>;

export const stageNames = [
  'crawl',
  'parse',
  'link',
  'derive',
  'observe',
  'infer',
  'render',
  'embed',
  'publish',
] as const;
export type StageName = (typeof stageNames)[number];

const cards = ['render', 'embed', 'publish'] as const;
const withoutModel = stageNames.filter((stage) => stage !== 'infer');

/**
 * The stages that run when a layer is redone. Reading and deriving need the facts of all files, so what is missing is read first. The model costs money
 * and is asked only where `infer` is named.
 */
const stagesOfLayer: Readonly<Record<Layer, readonly StageName[]>> = {
  parse: withoutModel,
  derive: withoutModel,
  infer: ['infer', ...cards],
  observe: ['observe', ...cards],
  render: cards,
  embed: ['embed', 'publish'],
};

/** The stages that run when these layers are redone; every stage when there are none. */
export function stagesToRun(redo: readonly Layer[]): ReadonlySet<StageName> {
  return new Set(redo.length === 0 ? stageNames : redo.flatMap((layer) => stagesOfLayer[layer]));
}

/** What one stage did in one run. `done` + `reused` + `failed` = `total`. */
export const stageReportSchema = z.object({
  stage: z.enum(stageNames),
  total: z.int(),
  /** Units computed in this run. */
  done: z.int(),
  /** Units whose inputs did not change. */
  reused: z.int(),
  failed: z.int(),
  seconds: z.number(),
  /** Why the stage did not run; null when it did. */
  skipped: z.string().nullable(),
});
export type StageReport = z.infer<typeof stageReportSchema>;

const agreementSchema = z.object({
  /** Tables (or relationships) that have both a declared and a derived statement. */
  compared: z.int(),
  agree: z.int(),
  /** Declared ones for which nothing was derived. */
  notDerived: z.int(),
});

/** How much of what a stage could say it does say: `have` of `of`. */
const coverageSchema = z.object({
  stage: z.enum(stageNames),
  /** In words: `statements parsed`. */
  what: z.string(),
  have: z.int(),
  of: z.int(),
});
export type Coverage = z.infer<typeof coverageSchema>;

export const reportVersion = 2;

/** What a run leaves. Counts are of the published state unless said otherwise. Reports of another version are kept as they are. */
export const runReportSchema = z.object({
  version: z.literal(reportVersion),
  run: z.string(),
  workflow: z.string(),
  repo: z.string(),
  asOf: isoDate,
  commit: z.string(),
  outcome: z.enum(['published', 'unchanged', 'history', 'skipped', 'failed', 'cancelled']),
  /** Why it was skipped or failed, or what it left undone; null otherwise. */
  reason: z.string().nullable(),
  stages: z.array(stageReportSchema),
  files: z.int(),
  statements: z.object({ total: z.int(), parsed: z.int(), opaque: z.int(), failed: z.int() }),
  tables: z.int(),
  builtTables: z.int(),
  edges: z.int(),
  columnEdges: z.int(),
  claims: z.record(z.string(), z.record(z.string(), z.int())).describe('field → origin → count'),
  conflicts: z.int(),
  stale: z.int(),
  diagnostics: z.record(z.string(), z.int()).describe('code → count'),
  queries: z.record(z.string(), z.int()).describe('trust tier → templates'),
  cards: z.int(),
  embedded: z.int().describe('Cards and queries that have a vector.'),
  embeddingModel: z.string(),
  modelCalls: z.int(),
  modelTokens: z.object({ input: z.int(), cachedInput: z.int(), output: z.int() }),
  costUsd: z.number().nullable().describe('Of the model; null: its prices are not configured.'),
  /** The model's answers that hold: fields it was asked about and those left unknown, statements rejected, tables where a bound made an end. Absent from older reports. */
  answers: z
    .object({
      ...{ tables: z.int(), fields: z.int(), unknown: z.int(), rejected: z.int(), bounded: z.int() },
      /** Statements that a second model judged, those of them that their lines do not say, and those of which it is unclear. Absent from older reports. */
      ...{ judged: z.int().optional(), unsupported: z.int().optional(), unclear: z.int().optional() },
      /** Tables about which the model was asked last in vain: refused, cut short, no answer within the bounds. Absent from older reports. */
      unanswered: z.int().optional(),
      /** What the model says against others, on the cards of those tables. Absent from older reports. */
      conflicts: z.int().optional(),
    })
    .optional(),
  /** Of this run. `texts` that were given a vector; `tokens` as far as the server counts them; `costUsd` null: no price is configured. */
  embedding: z.object({
    calls: z.int(),
    texts: z.int(),
    tokens: z.int(),
    costUsd: z.number().nullable(),
  }),
  coverage: z.array(coverageSchema),
  accuracy: z.object({ keys: agreementSchema, joins: agreementSchema, lineage: agreementSchema }),
  /** Null: there is no earlier night to compare with, or the run did not end well. */
  changes: changesSchema.nullable(),
  /** The first 500. */
  quarantined: z.array(z.object({ table: z.string(), stage: z.string(), error: z.string() })),
  quarantinedCount: z.int(),
  snapshot: z.string().nullable(),
  /** Nights before a date that became too old for `keepDays`, and the results that only they had. Absent: none, and from older reports. */
  dropped: z.object({ before: isoDate, nights: z.int(), sets: z.int() }).optional(),
  /** As-of date of what readers still see after a run that did not end well; null: no night yet. Absent otherwise, and from older reports. */
  readersSee: isoDate.nullable().optional(),
  seconds: z.number(),
});
export type RunReport = z.infer<typeof runReportSchema>;

/** Whether the run did what it was for. Where not, its figures are of what there was, and of no night. */
export const endedWell = ({ outcome }: Pick<RunReport, 'outcome'>): boolean =>
  outcome === 'published' || outcome === 'unchanged' || outcome === 'history';
