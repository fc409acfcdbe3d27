import { z } from 'zod';
import {
  claimFields,
  columnSchema,
  consumerSchema,
  freshnessSchema,
  grainSchema,
  joinSchema,
  lineageKindSchema,
  originSchema,
  ownerSchema,
  populationSchema,
  similarSchema,
  type ClaimField,
} from './claims.ts';

export const cardVersion = 1;
const field = z.enum(claimFields as [ClaimField, ...ClaimField[]]);

/** Where a card's statement comes from: its claim, and how it is known. */
export const attributionSchema = z.object({
  claim: z.string(),
  origin: originSchema,
  confidence: z.number(),
  /** The person whose word it is; absent when it is nobody's. */
  person: z.string().optional(),
});
const known = <T extends z.ZodType>(value: T) => z.object({ value, from: attributionSchema });

/** Two origins that disagree about a field. `kept` won by `rule`; `lost` did not. */
export const conflictSchema = z.object({
  field,
  subject: z.string().nullable(),
  kept: attributionSchema,
  lost: attributionSchema,
  words: z.string(),
  rule: z.string(),
});

/**
 * The single description of one table: everything that the layers say, merged. Null or an empty list means unknown or none;
 * `unknown` lists the fields that nothing was found for.
 */
export const cardSchema = z.object({
  version: z.literal(cardVersion),
  table: z.string(),
  /** The file that builds it; null for external sources. */
  path: z.string().nullable(),
  repo: z.string(),
  kind: z.string(),
  write: z.string().nullable(),
  description: known(z.string()).nullable(),
  purpose: known(z.string()).nullable(),
  grain: known(grainSchema).nullable(),
  /** `described`, `listed`, `noted`: who says the description, the values, and what is known of them, where it is another than says the rest. */
  columns: z.array(
    columnSchema.extend({
      origin: originSchema,
      described: originSchema.optional(),
      listed: originSchema.optional(),
      noted: originSchema.optional(),
    }),
  ),
  joins: z.array(known(joinSchema)),
  upstream: z.array(z.object({ table: z.string(), kind: z.string(), origins: z.array(originSchema) })),
  /** The first fifty by name; `downstreamCount` counts all. */
  downstream: z.array(z.string()),
  downstreamCount: z.int(),
  lineage: z.array(
    z.object({
      column: z.string(),
      from: z.array(z.object({ table: z.string(), column: z.string(), kind: lineageKindSchema })),
    }),
  ),
  population: z.array(known(populationSchema)),
  freshness: known(freshnessSchema).nullable(),
  owner: known(ownerSchema).nullable(),
  /** `told`, `ruled`: who says the differences and the rule, where it is another than names the look-alike. Cards of older nights have none of the three. */
  similar: z.array(
    similarSchema.extend({
      origin: originSchema.optional(),
      told: originSchema.optional(),
      ruled: originSchema.optional(),
    }),
  ),
  caveats: z.array(known(z.string())),
  deprecated: known(z.string()).nullable(),
  consumers: z.array(consumerSchema),
  usage: z
    .object({
      band: z.string(),
      trend: z.string(),
      queriesLast28Days: z.int(),
      usersLast28Days: z.int(),
      lastUsed: z.string().nullable(),
    })
    .nullable(),
  /** Fingerprints of the queries worth imitating, best first. */
  queries: z.array(z.string()),
  conflicts: z.array(conflictSchema),
  /** Claims of people whose cited code changed after they were written. */
  stale: z.array(z.object({ claim: z.string(), words: z.string() })),
  unknown: z.array(field),
});
export type Attribution = z.infer<typeof attributionSchema>;
export type Card = z.infer<typeof cardSchema>;
export type Conflict = z.infer<typeof conflictSchema>;
