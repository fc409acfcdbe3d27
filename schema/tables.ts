import type { Generated, GeneratedAlways } from 'kysely';
import type { Diagnostic } from './contracts/diagnostic.ts';
import type { FileFacts } from './contracts/facts.ts';
import type { RunReport } from './contracts/runs.ts';

/**
 * Rows as `store/` reads them: `date` columns are ISO dates, `timestamptz` are ISO 8601 in UTC, `bigint` are numbers, `jsonb` is parsed,
 * `bytea` is zstd-compressed JSON.
 */
export interface Tables {
  'tablelore.migration': { name: string; applied_at: Generated<string>; breaking: Generated<boolean> };
  'tablelore.repo': { name: string; url: string | null; ref: string | null };
  'tablelore.observed_head': { repo: string; day: string; sha: string };
  'tablelore.run': RunRow;
  'tablelore.run_stage': RunStageRow;
  'tablelore.diagnostics_set': { hash: string; body: Buffer };
  'tablelore.night': NightRow;
  'tablelore.lease': { repo: string; as_of: string; holder: string; expires_at: string };
  'tablelore.work_item': WorkItemRow;
  'tablelore.quarantine': QuarantineRow;
  'tablelore.facts': FactsRow;
  'tablelore.claim_list': ClaimListRow;
  'tablelore.claim_set': ClaimSetRow;
  'tablelore.pointer': PointerRow;
  'tablelore.search_text': {
    text_hash: string;
    text: string;
    tsv: GeneratedAlways<string>;
    made_at: Generated<string>;
  };
  'tablelore.embedding': { text_hash: string; model: string; embedding: string };
  'tablelore.card_version': CardVersionRow;
  'tablelore.snapshot': SnapshotRow;
  'tablelore.published': { repo: string; snapshot_id: number };
  'tablelore.search_entry': SearchEntryRow;
  'tablelore.log_file': LogFileRow;
  'tablelore.query_template': QueryTemplateRow;
  'tablelore.template_day': TemplateDayRow;
  'tablelore.model_call': ModelCallRow;
  'tablelore.model_payment': ModelPaymentRow;
  'tablelore.embedding_use': { run: string; chunk: number; calls: number; texts: number; tokens: number };
  'tablelore.unanswered': UnansweredRow;
  'tablelore.rate_bucket': RateBucketRow;
  'tablelore.setting': { name: string; value: string };
}

interface RunRow {
  id: string;
  workflow: string;
  repo: string;
  as_of: string;
  commit: string;
  /** `running`, then the report's outcome. */
  status: string;
  input: unknown;
  report: RunReport | null;
  diagnostics_hash: string | null;
  started_at: Generated<string>;
  /** Null while it runs, and when its worker died for good. */
  ended_at: string | null;
  /** Why it failed, where it left no report; null otherwise. */
  reason: string | null;
}

interface RunStageRow {
  run: string;
  stage: string;
  done: number;
  reused: number;
  failed: number;
  seconds: number;
  skipped: string | null;
}

/** An as-of date that some run wrote for. `run`, `commit` and `night_hash` are null until a whole night was recorded. */
interface NightRow {
  repo: string;
  as_of: string;
  run: string | null;
  commit: string | null;
  /** Names everything that the night read; the same hash again means that nothing changed. */
  night_hash: string | null;
  published: Generated<boolean>;
  /** Names all that tables pointed at when the night ended, and the rules that cards were made by; null: not known. */
  state_hash: string | null;
}

interface WorkItemRow {
  run: string;
  stage: string;
  /** Position in the frozen list, from 0. */
  ordinal: number;
  key: string;
  payload: unknown;
  /** Always `open`: only older workers read it. */
  status: Generated<string>;
}

interface QuarantineRow {
  run: string;
  table_id: string;
  stage: string;
  error: string;
  at: Generated<string>;
}

interface FactsRow {
  key: string;
  /** The repository that they were first read in; facts are shared by all that have the blob. */
  repo: string;
  path: string;
  blob: string;
  reader: string;
  version: number;
  dialect: string;
  trace: Record<string, string> | null;
  /** The facts without relations. */
  summary: FileFacts;
  body: Buffer;
}

/** An ordered list of claims. Sets that say the same share one. */
interface ClaimListRow {
  /** MD5 of the ids in the set's order, as Postgres writes them. */
  hash: string;
  /** Of the claims of \`body\`, then of those of \`columns\`. */
  ids: string[];
  /** Field → origin → number of different claims. */
  counts: Record<string, Record<string, number>>;
  /** Tables of the `upstream` claims, in the list's order, and how each is read. */
  upstream: string[];
  upstream_kinds: string[];
  /** The claims without their ids. Not compressed where a migration made it. */
  body: Buffer;
  /** Those about columns; null: there are none, or they stand in \`body\`. */
  columns: Buffer | null;
}

interface ClaimSetRow {
  id: GeneratedAlways<number>;
  repo: string;
  table_id: string;
  stage: string;
  input_hash: string;
  /** Hash of its list. */
  claim_list: string;
  output: Buffer;
  output_hash: string;
}

/** From `as_of` on the table's stage has this set, until the next row. Rows stand only where the set differs from the one before. */
interface PointerRow {
  repo: string;
  table_id: string;
  stage: string;
  as_of: string;
  /** Null: the table has none from here on. */
  set_id: number | null;
}

interface CardVersionRow {
  id: GeneratedAlways<number>;
  repo: string;
  table_id: string;
  hash: string;
  text_hash: string;
  /** The next five: see `CardTotals`. */
  path: string | null;
  has: Generated<string[]>;
  conflicts: Generated<number>;
  stale: Generated<number>;
  column_edges: Generated<number>;
  /** The version that `body` is the difference from; null: it is the whole card. A base has none. */
  base: number | null;
  /** The card. Not compressed where a migration made it. */
  body: Buffer;
}

interface SnapshotRow {
  id: GeneratedAlways<number>;
  repo: string;
  as_of: string;
  commit: string;
  /** Position of the commit on the branch: a later commit has a higher one. */
  commit_order: number;
  run: string;
  /** The snapshot that it was published over; null for the first. */
  base: number | null;
  /** The embedding model whose vectors searches of it use; null when it has none. */
  model: string | null;
  published_at: Generated<string>;
}

/** What snapshots hold: an entry is in every snapshot of its repository from `from_snapshot` to before `until_snapshot`. */
interface SearchEntryRow {
  repo: string;
  /** `card` or `query`. */
  kind: string;
  /** Table id, or fingerprint. */
  ref: string;
  /** The last part of `ref`, lower case. */
  name: GeneratedAlways<string>;
  /** Id of the card version, or of the claim set of stage `rank`. */
  version: number;
  text_hash: string;
  from_snapshot: number;
  /** Null: still in. */
  until_snapshot: number | null;
}

interface LogFileRow {
  id: GeneratedAlways<number>;
  repo: string;
  path: string;
  hash: string;
  /** Null: no line could be read. */
  day_from: string | null;
  day_to: string | null;
  lines: number;
  bad_lines: number;
  ingested_at: Generated<string>;
  /** Of the first lines that could not be read. */
  problems: Generated<Diagnostic[]>;
}

interface QueryTemplateRow {
  repo: string;
  fingerprint: string;
  sql: string;
  analysis: unknown;
  /** Null: not analysed yet. */
  reader_version: string | null;
}

interface TemplateDayRow {
  repo: string;
  fingerprint: string;
  day: string;
  source: string;
  log_file: number;
  runs: number;
  failures: number;
  /** Keys that stand for people. */
  users: string[];
  /** Role → runs. */
  roles: Record<string, number>;
}

/** Tokens and prices, which it has too, are those of workers of before: `tablelore.model_payment` has them all. */
interface ModelCallRow {
  id: GeneratedAlways<number>;
  repo: string;
  table_id: string;
  model: string;
  prompt_version: string;
  input_hash: string;
  /** Raised when the same question is asked anew on purpose; from 0. */
  generation: number;
  /** From 0. */
  turn: number;
  run: string;
  request: unknown;
  response: unknown;
  /** `open`, `done`, `failed`. */
  status: string;
  /** The run makes the call until then, unless it says so anew; null: nobody makes it. */
  claimed_until: string | null;
  /** The payment of the attempt that makes the call, or ended it; null: there was none. */
  claim: string | null;
  created_at: Generated<string>;
  /** When the call was made last; null: it was not, or by a version that did not record it. */
  asked_at: string | null;
}

/** One attempt at a call: with what it takes, about, until its end is known. */
interface ModelPaymentRow {
  id: Generated<string>;
  call: number;
  /** Who pays. */
  run: string;
  at: Generated<string>;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  /** Null: the model's prices are not configured. */
  cost_usd: number | null;
}

/** The last question about a table that the model was asked and did not answer. */
interface UnansweredRow {
  repo: string;
  table_id: string;
  input_hash: string;
  /** How often it was asked. */
  times: number;
  /** The run that asked last, and its date. */
  run: string;
  as_of: string;
  asked_at: Generated<string>;
  error: string;
}

interface RateBucketRow {
  name: string;
  /** What is left; below 0 after a debt. */
  tokens: number;
  capacity: number;
  refill_per_second: number;
  updated_at: string;
  /** Who draws next, how much, and until when that is waited for; null: whoever comes. */
  next_draw: string | null;
  next_amount: number | null;
  next_until: string | null;
}
