import { sql } from 'kysely';
import type { Database } from './database.ts';

export interface EmbeddingUse {
  readonly calls: number;
  readonly texts: number;
  /** As far as the server counts them. */
  readonly tokens: number;
}

/** Records what one chunk of a run cost. A second attempt that found its texts embedded leaves what the first one recorded. */
export async function recordEmbeddingUse(
  db: Database,
  run: string,
  chunk: number,
  { calls, texts, tokens }: EmbeddingUse,
): Promise<void> {
  await sql`insert into tablelore.embedding_use as u (run, chunk, calls, texts, tokens)
    values (${run}, ${chunk}, ${calls}, ${texts}, ${tokens})
    on conflict (run, chunk) do update set calls = greatest(u.calls, excluded.calls),
      texts = greatest(u.texts, excluded.texts), tokens = greatest(u.tokens, excluded.tokens)`.execute(db);
}

export async function embeddingUse(db: Database, run: string): Promise<EmbeddingUse> {
  const { rows } = await sql<EmbeddingUse>`
    select coalesce(sum(calls), 0) as calls, coalesce(sum(texts), 0) as texts, coalesce(sum(tokens), 0) as tokens
    from tablelore.embedding_use where run = ${run}`.execute(db);
  return rows[0] as EmbeddingUse;
}
