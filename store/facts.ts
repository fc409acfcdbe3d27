import { sql } from 'kysely';
import type { Build, FileFacts, Use } from '../schema/contracts/facts.ts';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, pack, recordset, slices, unpack } from './json.ts';

/** A file whose facts may be stored. */
export interface FactsCandidate {
  readonly path: string;
  readonly blob: string;
  readonly reader: string;
  readonly version: number;
  readonly dialect: string;
}

export interface StoredFacts extends FactsCandidate {
  readonly key: string;
  /** Null: they hold for the blob whatever else changes. */
  readonly trace: Readonly<Record<string, string>> | null;
}

/** Facts of the candidates, made in any repository. One file may have several that differ in their trace: the caller takes the one whose trace holds. */
export async function findFacts(db: Database, candidates: readonly FactsCandidate[]): Promise<StoredFacts[]> {
  const found: StoredFacts[] = [];
  for (const batch of jsonBatches(candidates)) {
    const { rows } = await sql<StoredFacts>`
      select f.key, f.path, f.blob, f.reader, f.version, f.dialect, f.trace
      from ${recordset(batch, 'c', 'path text, blob text, reader text, version int, dialect text')}
      join tablelore.facts f on f.blob = c.blob and f.path = c.path
        and f.reader = c.reader and f.version = c.version and f.dialect = c.dialect
      order by f.key`.execute(db);
    found.push(...rows);
  }
  return found;
}

export interface NewFacts {
  readonly key: string;
  readonly blob: string;
  readonly facts: FileFacts;
  /** Who was asked, in which dialect, where that is not what the facts say of themselves: `findFacts` finds them by it. */
  readonly asked?: Pick<FactsCandidate, 'reader' | 'version' | 'dialect'>;
}

/** Stores facts under their keys; a key that is there already stays as it is. */
export async function saveFacts(db: Database, repo: string, rows: readonly NewFacts[]): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const batch of jsonBatches(packed(rows))) {
      await sql`
        insert into tablelore.facts (key, repo, path, blob, reader, version, dialect, trace, summary, body)
        select r.key, ${repo}, r.path, r.blob, r.reader, r.version, r.dialect, r.trace, r.summary, decode(r.body, 'base64')
        from ${recordset(batch, 'r', 'key text, path text, blob text, reader text, version int, dialect text, trace jsonb, summary jsonb, body text')}
        order by r.key
        on conflict (key) do nothing`.execute(trx);
    }
  });
}

/** Facts without relations and conditions, by key: what link reads of all files. Keys that are not stored are absent. */
export async function readSummaries(db: Database, keys: readonly string[]): Promise<Map<string, FileFacts>> {
  const found = new Map<string, FileFacts>();
  for (const some of slices(keys, 2_000)) {
    const rows = await db
      .selectFrom('tablelore.facts')
      .select(['key', 'summary'])
      .where('key', '=', sql<string>`any(${[...some]}::text[])`)
      .execute();
    for (const row of rows) found.set(row.key, row.summary);
  }
  return found;
}

/** Those of `keys` in whose facts a diagnostic of that code stands. */
export async function keysWithDiagnostic(
  db: Database,
  keys: readonly string[],
  code: string,
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const some of slices(keys, 2_000)) {
    const rows = await db
      .selectFrom('tablelore.facts')
      .select('key')
      .where('key', '=', sql<string>`any(${[...some]}::text[])`)
      .where(sql<boolean>`summary -> 'diagnostics' @> ${JSON.stringify([{ code }])}::jsonb`)
      .execute();
    for (const { key } of rows) found.add(key);
  }
  return found;
}

/** Whole facts by key. Keys that are not stored are absent. */
export async function readFacts(db: Database, keys: readonly string[]): Promise<Map<string, FileFacts>> {
  const found = new Map<string, FileFacts>();
  for (const some of slices(keys, 500)) {
    const rows = await db
      .selectFrom('tablelore.facts')
      .select(['key', 'body'])
      .where('key', '=', sql<string>`any(${[...some]}::text[])`)
      .execute();
    for (const row of rows) found.set(row.key, unpack(row.body) as FileFacts);
  }
  return found;
}

function* packed(rows: readonly NewFacts[]) {
  for (const { key, blob, facts, asked } of rows) {
    const { path, trace = null } = facts;
    const { reader, version, dialect } = asked ?? facts;
    yield { key, path, blob, reader, version, dialect, trace, summary: summarise(facts), body: pack(facts) };
  }
}

/** Facts without relations and conditions. */
export function summarise(facts: FileFacts): FileFacts {
  return {
    ...facts,
    builds: facts.builds.map(
      ({ relation: _relation, incremental: _incremental, mergeOn: _on, ...rest }): Build => rest,
    ),
    uses: facts.uses.map(({ relation: _relation, ...rest }): Use => rest),
  };
}
