/**
 * What workflows may ask of activities. Arguments and results are small and plain: ids, cursors and counts; everything else travels through Postgres.
 * Every activity may run twice and leaves the same rows.
 */
import type { Notice } from '../schema/contracts/notice.ts';
import type {
  BackfillInput,
  EnrichTableInput,
  Layer,
  NightlyInput,
  RunReport,
  StageName,
} from '../schema/contracts/runs.ts';

/** One run over one repository as of one date. `run` is the workflow's id and run id, so a retried activity finds its own rows. */
export interface RunHandle {
  readonly run: string;
  readonly repo: string;
  /** ISO date. */
  readonly asOf: string;
  readonly commit: string;
  /** Only this table is derived, rendered and published; null: all. */
  readonly table: string | null;
  /** Glob over table ids that the run is limited to, in the same way; null: all. */
  readonly tables: string | null;
  /** Stages to compute anew also where nothing changed; with any, only these and what follows from them run (`stagesToRun`). */
  readonly redo: readonly Layer[];
  /** At most so many tables are read by the model; null: as configured. */
  readonly modelTables: number | null;
  /** US dollars that the model may still cost in this run; null: as configured. */
  readonly usd: number | null;
  /** Id of the snapshot that stood when the run began; null: none was published. */
  readonly base: number | null;
  /** Neither code nor configuration differs from the last night: crawl, parse, link and derive have nothing to do. */
  readonly codeUnchanged: boolean;
}

export interface BeginRun {
  readonly workflow: 'nightly' | 'enrichTable' | 'backfill';
  readonly run: string;
  /** What the ids of all runs of the same workflow execution start with, or are: they share `usd`. */
  readonly family: string;
  readonly repo: string;
  readonly asOf: string;
  /** A night of the schedule: it gives way when another run of the repository is under way. */
  readonly givesWay: boolean;
  readonly table: string | null;
  readonly tables: string | null;
  readonly redo: readonly Layer[];
  readonly modelTables: number | null;
  /** US dollars that the model may cost in all runs of the family together; null: as configured. */
  readonly usd: number | null;
  readonly input: NightlyInput | EnrichTableInput | BackfillInput;
}

export type BeginResult = { readonly handle: RunHandle } | { readonly skipped: string };

/** A frozen list of work, read by position. */
export interface WorkList {
  /** Number of chunks; chunk numbers run from 0. */
  readonly chunks: number;
  readonly units: number;
  /** Chunks may run side by side within a group, and groups run one after the other: the number of chunks in each. */
  readonly groups: readonly number[];
  /** Units besides that are to be done and that this run may not do. Absent: none. */
  readonly beyond?: number;
}

export interface ChunkResult {
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  /** Units that were left undone for another run; absent: none. */
  readonly left?: number;
  /** Why no further chunk of the stage is to be begun: it would meet the same fault. Absent: go on. */
  readonly stopped?: string;
}

/** What an attempt under way waits for, as its heartbeat tells; null in its place: nothing. */
export interface Waiting {
  readonly words: string;
  /** ISO timestamp. */
  readonly since: string;
}

export interface Plan {
  /** Repositories to run, at least one. */
  readonly repos: readonly string[];
  /** ISO dates, oldest first. */
  readonly dates: readonly string[];
}

export interface PlanRequest {
  readonly repo: string | null;
  /** Explicit dates win over the nominal time. */
  readonly from: string | null;
  readonly to: string | null;
  readonly everyDays: number;
  /** Milliseconds since the epoch: the schedule's nominal time, else the workflow's start. */
  readonly nominalTime: number;
}

export interface StageActivities {
  /** Names the repositories and as-of dates of a run. Fails with a user error when they do not exist. */
  plan(request: PlanRequest): Promise<Plan>;
  /**
   * Finds the one table meant; a name that fits none or several fails with the nearest names. `asOf`: the date of the published night where that read the
   * newest code, so that the table stays beside the others; null: there is newer code, or no night, and the table is of today.
   */
  resolveTable(request: { repo: string; table: string }): Promise<{ table: string; asOf: string | null }>;
  /** What a night would do, without doing it: for dry runs. */
  preview(request: PreviewRequest): Promise<NightPreview>;
  /** Pins the commit, takes the lease, records the run. */
  beginRun(request: BeginRun): Promise<BeginResult>;
  /** Lists the files to parse whose facts are not stored. */
  crawl(handle: RunHandle): Promise<WorkList>;
  parse(handle: RunHandle, chunk: number): Promise<ChunkResult>;
  /** Joins all facts into the graph of tables and lists those to derive, level by level. */
  link(handle: RunHandle): Promise<WorkList>;
  derive(handle: RunHandle, chunk: number): Promise<ChunkResult>;
  /** Compares tables with each other: joins that code writes anywhere, look-alikes. */
  relate(handle: RunHandle): Promise<ChunkResult>;
  /** Reads new query logs; ranks the query history; use per table. */
  observe(handle: RunHandle): Promise<ChunkResult>;
  /** People's notes become claims. */
  annotate(handle: RunHandle): Promise<ChunkResult>;
  /** Lists the tables that the model should read; empty, with the reason, when it is not to be asked. */
  selectForInference(handle: RunHandle): Promise<WorkList & { readonly skipped: string | null }>;
  infer(handle: RunHandle, chunk: number): Promise<ChunkResult>;
  /** Lists the tables whose card may have changed. */
  selectForRender(handle: RunHandle): Promise<WorkList>;
  render(handle: RunHandle, chunk: number): Promise<ChunkResult>;
  /** Lists the texts without a vector. */
  selectForEmbedding(handle: RunHandle): Promise<WorkList>;
  embed(handle: RunHandle, chunk: number): Promise<ChunkResult>;
  publish(handle: RunHandle): Promise<Published>;
  /** Stores what a stage did, for the report. */
  recordStage(handle: RunHandle, stage: StageRecord): Promise<void>;
  /** Posts a notice to the webhook. */
  notify(notice: Notice): Promise<void>;
  /** Tells the webhook when a repository's nights are overdue. */
  watch(request: { repo: string }): Promise<{ words: string }>;
  /** Writes the report and gives the lease back. */
  finishRun(handle: RunHandle, end: RunEnd): Promise<RunSummary>;
}

export interface StageRecord extends ChunkResult {
  readonly stage: StageName;
  readonly seconds: number;
  readonly skipped: string | null;
}

export interface Published {
  readonly outcome: 'published' | 'unchanged' | 'history';
  /** Nights that became too old for `keepDays`; absent: none. */
  readonly dropped?: RunReport['dropped'];
}

export interface RunEnd extends Pick<RunReport, 'dropped'> {
  readonly outcome: RunReport['outcome'];
  readonly reason: string | null;
  readonly seconds: number;
}

/** The report in brief: what a workflow returns. The whole report is in Postgres. */
export interface RunSummary {
  readonly run: string;
  readonly repo: string;
  readonly asOf: string;
  readonly commit: string;
  readonly outcome: RunReport['outcome'];
  readonly reason: string | null;
  /** The only table that the run was for; null: all, or those of a glob. */
  readonly table: string | null;
  readonly tables: number;
  readonly cards: number;
  readonly quarantined: number;
}

/** The night that is looked at, and what of it a backfill asks for. */
export interface PreviewRequest extends Pick<
  RunHandle,
  'repo' | 'asOf' | 'tables' | 'redo' | 'modelTables' | 'usd'
> {
  /** The backfill that would do it: one that is started again under its id leaves out what it did. Null: a night alone. */
  readonly backfill: { readonly workflowId: string; readonly input: BackfillInput } | null;
}

/** What a night would do and cost. Counts are upper bounds: whether a change goes on downstream is only seen when it is done. */
export interface NightPreview {
  readonly repo: string;
  readonly asOf: string;
  /** Empty when the night would be skipped. */
  readonly commit: string;
  /** Why the night would do nothing; null: it would run. */
  readonly skipped: string | null;
  /** Files that some reader takes, and those of them that would be parsed. */
  readonly files: number;
  readonly toParse: number;
  /** Known tables that would be derived. */
  readonly toDerive: number;
  /** Files that the last night did not have: the tables that they build are not known before they are linked, and are in no count and no price. */
  readonly newFiles: number;
  /** Tables that the model would be asked about, with tokens and US dollars; 0 without a model. */
  readonly modelTables: number;
  /** Tables whose question is open besides, and that the night may not ask about. */
  readonly modelTablesLeft: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Null: `model.prices` is not configured. */
  readonly usd: number | null;
  /** Texts that would be embedded. */
  readonly toEmbed: number;
}

/** What a dry run returns. */
export interface RunPreview {
  /** A line a night, and one for all of them. */
  readonly inWords: readonly string[];
  readonly nights: readonly NightPreview[];
}
