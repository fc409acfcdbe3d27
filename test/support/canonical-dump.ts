/** Everything that nights leave in the database, without ids, times and names of runs, sorted: two databases that went through the same are equal. */
import { sql } from 'kysely';
import type { Database } from '../../store/database.ts';

/** The id of a claim set, a card version or a snapshot is told by what it holds. A card's input hash names sets by their ids, so it is left out. */
const queries: Readonly<Record<string, string>> = {
  claims: `select jsonb_build_array(hash, ids, counts, upstream, upstream_kinds, md5(body), md5(columns)) as row from tablelore.claim_list`,
  sets: `select jsonb_build_array(table_id, stage, case when stage = 'card' then '' else input_hash end, claim_list, output_hash) as row from tablelore.claim_set`,
  pointers: `select jsonb_build_array(p.table_id, p.stage, p.as_of, s.output_hash, s.claim_list) as row
    from tablelore.pointer p left join tablelore.claim_set s on s.id = p.set_id`,
  cards: `select jsonb_build_array(table_id, hash, text_hash, path, has, conflicts, stale, column_edges) as row from tablelore.card_version`,
  texts: `select to_jsonb(text_hash) as row from tablelore.search_text`,
  vectors: `select jsonb_build_array(text_hash, model, md5(embedding::text)) as row from tablelore.embedding`,
  published: `select jsonb_build_array(e.kind, e.ref, e.text_hash, coalesce(v.hash, r.output_hash)) as row
    from tablelore.search_entry e join tablelore.published p on p.repo = e.repo
    left join tablelore.card_version v on e.kind = 'card' and v.id = e.version
    left join tablelore.claim_set r on e.kind = 'query' and r.id = e.version
    where e.until_snapshot is null`,
  // Of texts that are left over from the snapshot before, `texts` and `vectors` tell; here is what readers find now.
  found: `select jsonb_build_array(t.text_hash, v.model, md5(v.embedding::text)) as row
    from tablelore.search_entry e join tablelore.search_text t using (text_hash) left join tablelore.embedding v using (text_hash)
    where e.until_snapshot is null`,
  snapshots: `select jsonb_build_array(as_of, commit, commit_order, model) as row from tablelore.snapshot`,
  nights: `select jsonb_build_array(as_of, commit, night_hash, published) as row from tablelore.night`,
  facts: `select jsonb_build_array(key, path, blob, reader, version, dialect, trace, summary) as row from tablelore.facts`,
  logs: `select jsonb_build_array(path, hash, day_from, day_to, lines, bad_lines) as row from tablelore.log_file`,
  templates: `select to_jsonb(t) - 'repo' as row from tablelore.query_template t`,
  templateDays: `select jsonb_build_array(d.fingerprint, d.day, d.source, f.path, d.runs, d.failures, d.users, d.roles) as row
    from tablelore.template_day d join tablelore.log_file f on f.id = d.log_file`,
  heads: `select jsonb_build_array(sha) as row from tablelore.observed_head`,
  runs: `select jsonb_build_array(workflow, as_of, commit, status, diagnostics_hash) as row from tablelore.run`,
  // What an attempt did whose end was never told counts as reused by the next.
  stages: `select jsonb_build_array(stage, done + reused, failed, skipped) as row from tablelore.run_stage`,
  quarantine: `select jsonb_build_array(table_id, stage, error) as row from tablelore.quarantine`,
  leases: `select to_jsonb(l) as row from tablelore.lease l`,
  work: `select jsonb_build_array(stage, ordinal, payload) as row from tablelore.work_item`,
  modelCalls: `select jsonb_build_array(table_id, model, input_hash, generation, turn, status) as row from tablelore.model_call`,
};

/** By what is dumped: its rows as JSON, sorted. */
export async function canonicalDump(
  db: Database,
  only: readonly string[] = Object.keys(queries),
): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const name of only) {
    const { rows } = await sql.raw<{ row: unknown }>(queries[name] ?? '').execute(db);
    dump[name] = rows.map(({ row }) => JSON.stringify(row)).sort();
  }
  return dump;
}

/** The rows that are in one only, a few of each kind, short: what a failing comparison should show. */
export function dumpDifferences(
  a: Readonly<Record<string, readonly string[]>>,
  b: Readonly<Record<string, readonly string[]>>,
): string[] {
  const lines: string[] = [];
  for (const name of Object.keys(a)) {
    const [left, right] = [new Set(a[name]), new Set(b[name])];
    const missing = [...left].filter((row) => !right.has(row));
    const extra = [...right].filter((row) => !left.has(row));
    if (missing.length + extra.length === 0 && a[name]?.length === b[name]?.length) continue;
    lines.push(`${name}: ${missing.length} missing, ${extra.length} extra (${a[name]?.length} and ${b[name]?.length} rows)`); // prettier-ignore
    for (const row of missing.slice(0, 3)) lines.push(`  - ${row.slice(0, 400)}`);
    for (const row of extra.slice(0, 3)) lines.push(`  + ${row.slice(0, 400)}`);
  }
  return lines;
}
