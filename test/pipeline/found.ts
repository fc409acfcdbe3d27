/** What a night left in the store, as plain data that expected rows are compared with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryLogId } from '../../fixtures/generate-query-log.ts';
import { normaliseQuery } from '../../knowledge/rank/normalise-query.ts';
import type { Card } from '../../schema/contracts/card.ts';
import type { Claim } from '../../schema/contracts/claims.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import type { QueryTemplate } from '../../schema/contracts/usage.ts';
import { readCards } from '../../store/cards.ts';
import { readLedger, type LedgerEntry } from '../../store/claims.ts';
import type { Database } from '../../store/database.ts';
import { readLinks } from '../../store/links.ts';
import { readRanks } from '../../store/queries.ts';
import { readDiagnostics } from '../../store/runs.ts';
import { repo } from '../support/pipeline.ts';

export interface Found {
  readonly links: ReadonlyMap<string, LinkOutput>;
  /** By table. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  readonly cards: ReadonlyMap<string, Card>;
  readonly diagnostics: readonly Diagnostic[];
  /** By fingerprint. */
  readonly queries: ReadonlyMap<string, QueryTemplate>;
}

export const fixtures = join(import.meta.dirname, '../../fixtures');

export async function readFound(db: Database, asOf: string, run: string): Promise<Found> {
  const cards = await readCards(db, repo, null, { asOf });
  return {
    links: await readLinks(db, repo, asOf),
    claims: Map.groupBy(await allClaims(db, asOf), (claim) => claim.table),
    cards: new Map(cards.map(({ table, card }) => [table, card])),
    diagnostics: (await readDiagnostics(db, run)) ?? [],
    queries: new Map((await readRanks(db, repo, asOf)).map(({ query }) => [query.fingerprint, query])),
  };
}

async function allClaims(db: Database, asOf: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (let after: LedgerEntry | null = null; ;) {
    const page: LedgerEntry[] = await readLedger(db, repo, asOf, {}, after, 5_000);
    claims.push(...page.map(({ claim }) => claim));
    if (page.length < 5_000) return claims;
    after = page.at(-1) ?? null;
  }
}

/** Fingerprint of the first run of a shape on a day of the logs. */
export function fingerprintOf(shape: string, day: string): string {
  for (const folder of ['', 'backoffice/']) {
    const text = readFileSync(join(fixtures, `query-log/${folder}${day}.jsonl`), 'utf8');
    const line = text.split('\n').find((one) => one.includes(queryLogId(shape, day)));
    if (line === undefined) continue;
    const { sql } = JSON.parse(line) as { sql: string };
    return normaliseQuery(sql, folder === '' ? 'bigquery' : 'postgres').fingerprint;
  }
  throw new Error(`${shape} has no run on ${day}`);
}
