import { z } from 'zod';

/** Who sent a query. `service` accounts are schedulers and tools. */
export const roleSchema = z.enum(['data_scientist', 'analyst', 'engineer', 'service', 'other', 'unknown']);
export type Role = z.infer<typeof roleSchema>;

/** One run of one query, from any log. Literals are still in `sql`: it is redacted before it is stored. */
export interface QueryLogEntry {
  readonly id: string;
  /** ISO 8601 with zone. */
  readonly startedAt: string;
  readonly user: string;
  readonly role: Role;
  /** Where it came from: `dashboard`, `scheduled`, `notebook`, `adhoc`, or what the log says. */
  readonly source: string;
  readonly sourceName?: string;
  readonly sql: string;
  readonly durationMs?: number;
  readonly bytesScanned?: number;
  readonly succeeded: boolean;
}

/** Best first. */
export const trustTiers = ['source_of_truth', 'trusted', 'common', 'exploratory'] as const;
export const trustTierSchema = z.enum(trustTiers);
export type TrustTier = z.infer<typeof trustTierSchema>;

/** A historical query without its literals: all the runs that differ only in literals, white space, comments and letter case of keywords. */
export interface QueryTemplate {
  /** SHA-256 (hex) of the normalised text. */
  readonly fingerprint: string;
  /** Normalised, literals replaced by `?`; never the raw text. */
  readonly sql: string;
  readonly tables: readonly string[];
  readonly runs: number;
  readonly users: number;
  /** ISO dates. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Share of the runs that failed, 0..1. */
  readonly failureRate: number;
  /** 0..1. */
  readonly trust: number;
  readonly tier: TrustTier;
  /** Why it has this score: words, most weighty first, age last. */
  readonly reasons: readonly string[];
}
