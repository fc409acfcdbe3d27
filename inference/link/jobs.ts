/** Which scheduled job runs which file. */
import type { Job, JobTask } from '../../schema/contracts/facts.ts';
import type { LinkFile } from './table-facts.ts';

export interface JobRun {
  readonly file: LinkFile;
  readonly job: Job;
  /** Null when the whole job is meant. */
  readonly task: JobTask | null;
}

export interface JobIndex {
  /** Jobs that run the file, by the paths that their tasks name: a task's path matches when the file's path ends in it, or lies in the folder that it names. */
  ofFile(path: string): readonly JobRun[];
}

/** A job may be told in parts by several files (its schedule in one, a task in each table's): each part takes what it lacks from the others. */
export function wholeJobs(files: readonly LinkFile[]): ReadonlyMap<Job, Job> {
  const parts = Map.groupBy(
    files.flatMap((file) => file.facts.jobs),
    (job) => `${job.kind} ${job.id}`,
  );
  const whole = new Map<Job, Job>();
  for (const jobs of parts.values()) {
    const joined = Object.assign(
      {},
      ...jobs
        .toReversed()
        .map(({ schedule, timeZone, owner, sla, description }) =>
          defined({ schedule, timeZone, owner, sla, description }),
        ),
    ) as Partial<Job>;
    for (const job of jobs) whole.set(job, { ...joined, ...job });
  }
  return whole;
}

const defined = (fields: { readonly [K in keyof Job]?: Job[K] | undefined }): Partial<Job> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export function indexJobs(files: readonly LinkFile[], whole: ReadonlyMap<Job, Job>): JobIndex {
  const named = new EndingIndex();
  const folders = new EndingIndex();
  for (const file of files) {
    for (const part of file.facts.jobs) {
      const job = whole.get(part) ?? part;
      for (const task of job.tasks) {
        for (const run of task.runs) {
          const clean = run.replace(/^(?:\.{0,2}\/)+/, '').replace(/(?<!\/)\/+$/, '');
          const last = clean.split('/').at(-1) ?? '';
          if (!last) continue;
          (last.includes('.') ? named : folders).add(clean, { file, job, task: { ...task, runs: [clean] } });
        }
      }
    }
  }
  const cache = new Map<string, readonly JobRun[]>();
  return {
    ofFile(path) {
      const known = cache.get(path);
      if (known) return known;
      const parts = path.split('/');
      const found = named.endingLike(parts);
      for (const depth of parts.slice(0, -1).keys())
        found.push(...folders.endingLike(parts.slice(0, depth + 1)));
      cache.set(path, found);
      return found;
    },
  };
}

/**
 * Jobs by the end of the path that they name. That path may begin outside the repository (`/opt/airflow/dags/sql/x.sql`), so two parts in common at the end
 * count, or one where either path has no more. Thousands of jobs may name the same last part (`query.sql`), so two are looked up at once.
 */
class EndingIndex {
  private readonly runs: JobRun[] = [];
  private readonly byEnding = new Map<string, number[]>();

  add(path: string, run: JobRun): void {
    const parts = path.split('/');
    const [last, outer] = [parts.at(-1) ?? '', parts.at(-2)];
    const keys = [`any ${last}`, outer === undefined ? `alone ${last}` : `in ${outer}/${last}`];
    for (const key of keys) {
      const known = this.byEnding.get(key);
      if (known) known.push(this.runs.length);
      else this.byEnding.set(key, [this.runs.length]);
    }
    this.runs.push(run);
  }

  /** In the order in which they were added. */
  endingLike(parts: readonly string[]): JobRun[] {
    const [last, outer] = [parts.at(-1) ?? '', parts.at(-2)];
    const keys = outer === undefined ? [`any ${last}`] : [`alone ${last}`, `in ${outer}/${last}`];
    const found = keys.flatMap((key) => this.byEnding.get(key) ?? []).sort((a, b) => a - b);
    return found.map((index) => this.runs[index] as JobRun);
  }
}
