import { z } from 'zod';
import { dialectSchema } from './dialect.ts';
import { noticeEvents } from './notice.ts';

const glob = z.string().min(1);
const globs = z.array(glob);

/** Names that code leaves out, by path. The last rule that matches a file wins. */
const defaultsRule = z.strictObject({
  paths: globs.describe('Files that the rule is for.'),
  catalog: z.string().optional().describe('Catalog (project, database) of names that say none.'),
  schema: z.string().optional().describe('Schema (dataset) of names that say none.'),
  dialect: dialectSchema.optional(),
});

/** Joins a name in code with the name in the warehouse and in logs. `*` in `code` is carried over to `*` in `warehouse`, in order. */
const targetRule = z.strictObject({
  code: z.string().describe('A table id as the code has it, with `*` for any text inside one part.'),
  warehouse: z.string().describe('The id that the warehouse and its logs use.'),
});

const conventionRule = z.strictObject({
  tables: z.string().describe('Glob over table ids.'),
  key: z.array(z.string()).min(1).describe('Columns that are unique in each of those tables.'),
  why: z.string().optional(),
});

const logSource = z.strictObject({
  path: z.string().describe('Files, as a glob, relative to the configuration file.'),
  format: z.enum(['jsonl', 'csv']).optional().describe('Default: by file name.'),
  preset: z.enum(['generic', 'bigquery', 'snowflake']).default('generic'),
  fields: z.record(z.string(), z.string()).optional().describe('Our field → the column in the log.'),
  dialect: dialectSchema.optional(),
});

export const repoConfigSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'use lower-case letters, digits and dashes'),
  url: z
    .string()
    .min(1)
    .describe('A path, relative to the configuration file, or a URL without credentials.'),
  ref: z.string().optional().describe('Branch or tag. Default: the default branch.'),
  dialect: dialectSchema.optional().describe('Default: what the files tell.'),
  include: globs.default(['**']),
  exclude: globs.default([]),
  defaults: z.array(defaultsRule).default([]),
  targets: z.array(targetRule).default([]),
  conventions: z.array(conventionRule).default([]),
  vars: z.record(z.string(), z.unknown()).default({}).describe('dbt variables, as `--vars` gives them.'),
  catalogs: globs
    .default([])
    .describe('Exports of the catalogue: INFORMATION_SCHEMA.COLUMNS as CSV or JSONL.'),
  artifacts: globs
    .default([])
    .describe("Folders with dbt's manifest.json, catalog.json, run_results.json, sources.json."),
  logs: z.array(logSource).default([]),
  people: z.string().optional().describe('People file: who runs queries, and in which role.'),
  annotations: z.string().optional().describe("Annotations file: people's notes on tables."),
  maxFileBytes: z.int().positive().default(2_000_000),
});
export type RepoConfig = z.infer<typeof repoConfigSchema>;

const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .default('30 4 * * *')
    .describe('When nights run. Keep clear of 01:00–03:00 local: clocks change then.'),
  timeZone: z.string().default('UTC'),
  catchupHours: z
    .number()
    .positive()
    .default(24)
    .describe('Nights missed by at most this much are made up for.'),
  paused: z.boolean().default(false),
});

const perTableSchema = z.strictObject({
  turns: z.int().positive().default(16).describe('Calls of the model.'),
  tokens: z.int().positive().default(500_000).describe('Input and output of all turns together.'),
  seconds: z.number().positive().default(900).describe("The model's and the tools' time."),
  usd: z.number().positive().optional().describe('Default: no limit. It needs `prices`.'),
});

const effort = z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']);
const temperature = z
  .number()
  .min(0)
  .max(2)
  .optional()
  .describe("Default: the server's own. Models that reason may refuse it.");
const prices = z
  .strictObject({ input: z.number(), cachedInput: z.number(), output: z.number() })
  .optional()
  .describe('US dollars for a million tokens. Without it, costs are counted in tokens only.');

const supportSchema = z.strictObject({
  enabled: z.boolean().default(false),
  name: z.string().optional().describe("A cheaper model at the same server. Default: the model's name."),
  effort: effort.default('low'),
  temperature,
  maxOutputTokens: z.int().positive().default(6_000),
  prices: prices.describe('Of the judge. Default: those of the model, where it has no name of its own.'),
});

const modelSchema = z
  .strictObject({
    name: z.string().default('gpt-5.2-codex'),
    effort: effort.default('medium'),
    temperature,
    maxOutputTokens: z.int().positive().default(16_000),
    compactAtTokens: z
      .int()
      .min(40_000, 'use at least 40000: a dossier alone takes up to about 30000')
      .default(120_000)
      .describe('A conversation whose input is as long is compacted: well below what the model takes.'),
    requestsPerMinute: z.int().positive().default(60),
    tokensPerMinute: z.int().positive().default(200_000),
    tablesPerNight: z
      .int()
      .nonnegative()
      .default(500)
      .describe('At most so many tables are read by the model in one night.'),
    perTable: perTableSchema
      .prefault({})
      .describe('Where one of these is reached, the model has to answer in one last turn.'),
    budgetUsd: z.number().nonnegative().optional().describe('Default: no limit but `tablesPerNight`.'),
    prices,
    support: supportSchema
      .prefault({})
      .describe(
        'A second call for each table, which judges whether the cited lines say what the answer says.',
      ),
    enabled: z.boolean().default(true),
  })
  .superRefine(({ budgetUsd, perTable, prices, support, name }, context) => {
    if (budgetUsd === undefined && perTable.usd === undefined) return;
    const missing = (path: string[], of: string) =>
      context.addIssue({ code: 'custom', path, message: `a limit in US dollars needs the prices of ${of}` });
    if (prices === undefined) missing(['prices'], 'the model');
    if (support.enabled && (support.name ?? name) !== name && support.prices === undefined)
      missing(['support', 'prices'], 'the judge, which has a name of its own');
  });

const embeddingsSchema = z.strictObject({
  provider: z
    .enum(['auto', 'openai', 'local'])
    .default('auto')
    .describe('`auto`: openai where a key is set, else local.'),
  name: z.string().default('text-embedding-3-small'),
  dimensions: z.int().positive().max(4000).default(768),
  price: z
    .number()
    .nonnegative()
    .optional()
    .describe('US dollars for a million tokens. Without it, costs are counted in tokens only.'),
});

const notifySchema = z.strictObject({
  webhook: z
    .url({ protocol: /^https?$/ })
    .describe('Where notices are posted as JSON. A secret to sign them comes from the environment.'),
  on: z.array(z.enum(noticeEvents)).default(['failed', 'skipped', 'overdue']).describe('What to tell of.'),
  overdueHours: z
    .number()
    .positive()
    .default(26)
    .describe('Nights are overdue when the last one that ended well is older.'),
  timeoutSeconds: z.number().positive().max(60).default(10).describe('Of one attempt; they go on for a day.'),
});

/** `tablelore.yml`. Secrets come from the environment only. */
export const configSchema = z.strictObject({
  version: z.literal(1).default(1),
  repos: z.array(repoConfigSchema).min(1),
  schedule: scheduleSchema.prefault({}),
  model: modelSchema.prefault({}),
  embeddings: embeddingsSchema.prefault({}),
  notify: notifySchema.optional().describe('Default: nobody is told.'),
  parseThreads: z.int().positive().optional().describe('Default: the number of processors.'),
  keepDays: z
    .int()
    .min(14)
    .optional()
    .describe('Days before a night for which older nights stay readable. Default: always.'),
});
export type Config = z.infer<typeof configSchema>;
export type ModelConfig = Config['model'];
export type EmbeddingsConfig = Config['embeddings'];

/** The same as JSON schema (draft 7), for editors: of what a person writes, so that fields with a default are not required. */
export const configJsonSchema = (): object => ({
  title: 'tablelore.yml',
  ...z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }),
});
