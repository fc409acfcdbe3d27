import { sql } from 'kysely';
import { inTransaction, type Database } from './database.ts';
import { jsonBatches, recordset } from './json.ts';
import { holdRepo } from './repos.ts';

export type EntryKind = 'card' | 'query';

/** What a search can find: a card by table id, or a query by fingerprint. */
export interface EntryRef {
  readonly kind: EntryKind;
  readonly ref: string;
}

export interface SnapshotEntry extends EntryRef {
  /** Id of the card version; for queries, of the claim set of stage `rank`. */
  readonly version: number;
  readonly textHash: string;
}

export interface Snapshot {
  readonly id: number;
  readonly asOf: string;
  readonly commit: string;
  /** Position of the commit on the branch: a later commit has a higher one. */
  readonly commitOrder: number;
  readonly run: string;
  readonly model: string | null;
  readonly publishedAt: string;
}

export interface PublishRequest {
  readonly repo: string;
  readonly asOf: string;
  readonly commit: string;
  readonly commitOrder: number;
  readonly run: string;
  /** The snapshot that the changes were computed against; null: none was published. */
  readonly base: number | null;
  /** The snapshot that stood when the run began. Default: `base`. */
  readonly begun?: number | null;
  /** Entries to be in the snapshot. Those that are in it just so already are no change. */
  readonly entries: readonly SnapshotEntry[];
  /** Entries to be out of it; `all-others`: all that `entries` does not name. */
  readonly removed: readonly EntryRef[] | 'all-others';
  /** The embedding model whose vectors searches use; null: search by words only. */
  readonly model: string | null;
}

/**
 * `history`: a later night is published, and nothing was changed. `kept`: entries that stayed as another run had published them meanwhile, because
 * theirs is newer.
 */
export type PublishResult =
  | {
      readonly outcome: 'published';
      readonly snapshot: number;
      readonly changed: number;
      readonly kept: number;
    }
  | { readonly outcome: 'history'; readonly snapshot: number };

const columns = sql.raw(`s.id, s.as_of as "asOf", s.commit, s.commit_order as "commitOrder", s.run, s.model,
  s.published_at as "publishedAt"`);

/** What readers see now; null before the first. */
export async function currentSnapshot(db: Database, repo: string): Promise<Snapshot | null> {
  const { rows } = await sql<Snapshot>`
    select ${columns} from tablelore.published p join tablelore.snapshot s on s.id = p.snapshot_id
    where p.repo = ${repo}`.execute(db);
  return rows[0] ?? null;
}

/** Whether a later night is published than that of `asOf`, so that nobody will search it. */
export const isHistory = (current: Snapshot | null, asOf: string): boolean =>
  current !== null && asOf < current.asOf;

/** How many entries of each kind a snapshot has, and how many of them have a vector of its model. */
export async function countEntries(
  db: Database,
  repo: string,
  snapshot: number,
): Promise<Record<EntryKind, { entries: number; embedded: number }>> {
  const { rows } = await sql<{ kind: EntryKind; entries: number; embedded: number }>`
    select e.kind, count(*) as entries, count(v.text_hash) as embedded
    from tablelore.search_entry e
    join tablelore.snapshot s on s.id = ${snapshot}
    left join tablelore.embedding v on v.text_hash = e.text_hash and v.model = s.model
    where e.repo = ${repo} and ${inSnapshot(snapshot)}
    group by e.kind`.execute(db);
  const counts = { card: { entries: 0, embedded: 0 }, query: { entries: 0, embedded: 0 } };
  for (const { kind, ...count } of rows) counts[kind] = count;
  return counts;
}

/** For queries that call `search_entry` `e`: whether the snapshot holds it. */
export function inSnapshot(snapshot: number) {
  return sql`e.from_snapshot <= ${snapshot} and (e.until_snapshot is null or e.until_snapshot > ${snapshot})`;
}

/**
 * Makes a new snapshot visible: writes the entries that differ and flips the pointer, in one transaction, so that no reader sees half of it. Where
 * another run has published since this one began, the newer of (commit order, as-of) wins entry by entry; equal ones count from `base` on, by the run's id. A run that publishes twice gets its first
 * snapshot back, with what that one changed. Texts, versions and vectors must be stored before.
 */
export async function publishSnapshot(db: Database, request: PublishRequest): Promise<PublishResult> {
  const { repo, asOf, run } = request;
  return inTransaction(db, async (trx) => {
    // Comparing takes most of the time, so it is done before others have to wait, and again where one of them published meanwhile.
    const compared = await currentSnapshot(trx, repo);
    if (!isHistory(compared, asOf)) await wantEntries(trx, request);
    await holdRepo(trx, repo);
    const earlier = await trx
      .selectFrom('tablelore.snapshot')
      .select('id')
      .where('repo', '=', repo)
      .where('run', '=', run)
      .where('as_of', '=', asOf)
      .executeTakeFirst();
    if (earlier) {
      const changed = await countChanges(trx, repo, earlier.id);
      return { outcome: 'published', snapshot: earlier.id, changed, kept: 0 };
    }
    const current = await currentSnapshot(trx, repo);
    if (current !== null && isHistory(current, asOf)) return { outcome: 'history', snapshot: current.id };

    if (current?.id !== compared?.id) await wantEntries(trx, request);
    const { base, begun = base } = request;
    const kept = current !== null && current.id !== begun ? await keepNewer(trx, { ...request, begun }) : 0;
    const { id } = await trx
      .insertInto('tablelore.snapshot')
      .values({
        repo,
        as_of: asOf,
        commit: request.commit,
        commit_order: request.commitOrder,
        run,
        base: current?.id ?? null,
        model: request.model,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const changed = await writeEntries(trx, repo, id);
    await sql`insert into tablelore.published (repo, snapshot_id) values (${repo}, ${id})
      on conflict (repo) do update set snapshot_id = excluded.snapshot_id`.execute(trx);
    return { outcome: 'published', snapshot: id, changed, kept };
  });
}

/** How many entries a snapshot put in or took out. */
async function countChanges(trx: Database, repo: string, snapshot: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct (kind, ref)) as count from tablelore.search_entry
    where repo = ${repo} and (from_snapshot = ${snapshot} or until_snapshot = ${snapshot})`.execute(trx);
  return rows[0]?.count ?? 0;
}

/** Fills the temporary table `wanted`: what differs from the current snapshot. `version` null: to be removed. */
async function wantEntries(trx: Database, { repo, entries, removed }: PublishRequest): Promise<void> {
  await sql`drop table if exists asked, wanted`.execute(trx);
  await sql`create temporary table asked (kind text, ref text collate "C", version bigint, text_hash text,
    primary key (kind, ref)) on commit drop`.execute(trx);
  const rows =
    removed === 'all-others' ? entries : [...removed.map((ref) => ({ ...ref, version: null })), ...entries];
  for (const batch of jsonBatches(rows)) {
    await sql`
      insert into asked
      select r.kind, r.ref, r.version, r."textHash"
      from ${recordset(batch, 'r', 'kind text, ref text, version bigint, "textHash" text')}
      on conflict (kind, ref) do update set version = excluded.version, text_hash = excluded.text_hash`.execute(
      trx,
    );
  }
  if (removed === 'all-others') {
    await sql`
      insert into asked select kind, ref from tablelore.search_entry
      where repo = ${repo} and until_snapshot is null
      on conflict do nothing`.execute(trx);
  }
  // A table of its own, and its size told: or writing, while others wait, would go through all that were asked for.
  await sql`
    create temporary table wanted on commit drop as
    select a.* from asked a left join tablelore.search_entry e
      on e.repo = ${repo} and e.kind = a.kind and e.ref = a.ref and e.until_snapshot is null
    where e.version is distinct from a.version or e.text_hash is distinct from a.text_hash`.execute(trx);
  await sql`analyze wanted`.execute(trx);
}

/** Takes out of `wanted` what a newer run changed meanwhile. What runs of the same commit and date changed before the base is in what we read. */
async function keepNewer(trx: Database, request: PublishRequest): Promise<number> {
  const { rows } = await sql`
    delete from wanted w
    where exists (
      select from tablelore.search_entry e
      join tablelore.snapshot s on s.id = greatest(e.from_snapshot, e.until_snapshot)
      where e.repo = ${request.repo} and e.kind = w.kind and e.ref = w.ref and s.id > ${request.begun ?? 0}
        and ((s.commit_order, s.as_of) > (${request.commitOrder}::bigint, ${request.asOf}::date)
          or s.id > ${request.base ?? 0} and (s.commit_order, s.as_of, s.run collate "C")
            > (${request.commitOrder}::bigint, ${request.asOf}::date, ${request.run}::text collate "C"))
    )
    returning 1`.execute(trx);
  return rows.length;
}

async function writeEntries(trx: Database, repo: string, snapshot: number): Promise<number> {
  await sql`
    update tablelore.search_entry e set until_snapshot = ${snapshot}
    from wanted w where e.repo = ${repo} and e.kind = w.kind and e.ref = w.ref and e.until_snapshot is null`.execute(
    trx,
  );
  await sql`
    insert into tablelore.search_entry (repo, kind, ref, version, text_hash, from_snapshot)
    select ${repo}, kind, ref, version, text_hash, ${snapshot} from wanted where version is not null`.execute(
    trx,
  );
  const { rows } = await sql<{ count: number }>`select count(*) as count from wanted`.execute(trx);
  return rows[0]?.count ?? 0;
}
