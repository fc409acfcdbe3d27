/** How fresh a table is, as far as configuration and schedulers say. */
import type { NewClaim } from '../../schema/contracts/claims.ts';
import type { CodeEvidence } from '../../schema/contracts/evidence.ts';
import type { WriteMode } from '../../schema/contracts/facts.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { codeEvidence } from './declared-claims.ts';
import type { JobRun } from './jobs.ts';
import { runsAWeek, scheduleWords } from './schedules.ts';
import { mainBuild, type TableFacts } from './table-facts.ts';

const windowOf: Partial<Record<WriteMode, string>> = {
  replace: 'full',
  append: 'incremental',
  merge: 'incremental',
  delete_insert: 'incremental',
  snapshot: 'incremental',
  partition_overwrite: 'partition',
};

/** What one run writes: `full`, `incremental`, `partition`; null when the write mode does not say, and for views, which no run fills. */
export const windowOfWrite = ({ kind, write }: Pick<LinkOutput, 'kind' | 'write'>): string | null =>
  write === null || kind === 'view' ? null : (windowOf[write as WriteMode] ?? null);

/** At most one claim; none when nothing is known but how the table is written. */
export function freshnessClaim(facts: TableFacts, output: Pick<LinkOutput, 'kind' | 'write'>): NewClaim[] {
  const evidence: CodeEvidence[] = [];
  let schedule: string | null = null;
  /** What people call the schedule: holds where no job tells it. */
  let label: string | null = null;
  let job: string | null = null;
  let loadedAt: string | null = null;
  let lateAfter: number | null = null;
  let keptDays: number | null = null;
  const partition = new Set<string>();
  for (const { file, declaration } of facts.declarations) {
    const here = codeEvidence(file, declaration.lines, declaration.path);
    if (declaration.declares === 'schedule') {
      label ??= declaration.schedule;
      job ??= declaration.job ?? null;
      evidence.push(here);
    } else if (declaration.declares === 'freshness') {
      loadedAt ??= declaration.loadedAt ?? null;
      lateAfter ??= declaration.warnAfter ?? declaration.errorAfter ?? null;
      evidence.push(here);
    } else if (declaration.declares === 'partition') {
      for (const column of declaration.columns) partition.add(column);
      keptDays ??= declaration.expirationDays ?? null;
      evidence.push(here);
    }
  }
  const [run, ...others] = byFrequency(facts.jobs, job);
  if (run) {
    schedule = run.job.schedule ?? null;
    job ??= run.job.id;
    evidence.push(codeEvidence(run.file, run.task?.lines ?? run.job.lines));
  }
  // A label that no job bears out may be what is left of one that was taken off.
  if (job !== null) schedule ??= label;
  const main = mainBuild(facts);
  for (const column of main?.build.partitionBy ?? []) partition.add(column);
  if (main && partition.size > 0 && evidence.length === 0)
    evidence.push(codeEvidence(main.file, main.build.lines));
  if (evidence.length === 0) return [];
  const window = windowOfWrite(output);
  const value = {
    schedule,
    job,
    window,
    partition: [...partition],
    loaded_at: loadedAt,
    late_after: lateAfter,
  };
  return [
    {
      table: facts.table,
      field: 'freshness',
      value: { ...value, words: freshnessWords({ ...value, keptDays, label, others }) },
      origin: 'declared',
      confidence: 0.9,
      evidence: evidence.slice(0, 4),
    },
  ];
}

interface Known {
  readonly schedule: string | null;
  readonly job: string | null;
  readonly window: string | null;
  readonly partition: readonly string[];
  readonly loaded_at: string | null;
  readonly late_after: number | null;
  /** Days after which a partition is dropped. */
  readonly keptDays?: number | null;
  /** What people call the schedule. */
  readonly label?: string | null;
  readonly others?: readonly JobRun[];
}

/** The runs of the job, or of all jobs where none is named; those with a schedule first, the most frequent before others, and each job once. */
function byFrequency(runs: TableFacts['jobs'], named: string | null): JobRun[] {
  const fitting = named === null ? runs : runs.filter(({ job }) => job.id === named);
  const frequency = ({ job }: JobRun): number => (job.schedule === undefined ? -1 : runsAWeek(job.schedule));
  const sorted = fitting.toSorted((a, b) => frequency(b) - frequency(a));
  return sorted.filter(({ job }, index) => sorted.findIndex((other) => other.job.id === job.id) === index);
}

/** One sentence, without anything that is not known. */
function freshnessWords(known: Known): string {
  const parts: string[] = [];
  if (known.schedule)
    parts.push(`built ${scheduleWords(known.schedule)}${known.job ? ` by ${known.job}` : ''}`);
  else if (known.job) parts.push(`built by ${known.job}`);
  else if (known.label) parts.push(`labelled "${known.label}", but no job that builds it is known`);
  for (const { job } of (known.others ?? []).slice(0, 2))
    if (job.schedule !== undefined) parts.push(`also ${scheduleWords(job.schedule)} by ${job.id}`);
  if (known.window === 'full') parts.push('replaced whole by each run');
  if (known.window === 'incremental') parts.push('each run adds or updates rows');
  if (known.window === 'partition') parts.push('each run replaces its partition');
  if (known.partition.length > 0) parts.push(`partitioned by ${known.partition.join(', ')}`);
  if (known.keptDays) parts.push(`partitions are dropped after ${known.keptDays} d`);
  if (known.loaded_at) parts.push(`${known.loaded_at} tells when a row was loaded`);
  if (known.late_after !== null) parts.push(`late after ${durationWords(known.late_after)}`);
  return parts.join('; ');
}

function durationWords(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return `${Math.round(seconds / 60)} min`;
}
