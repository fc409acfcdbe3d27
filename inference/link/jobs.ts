/** Which scheduled job runs which file. */
import type { Job, JobTask } from '../../schema/contracts/facts.ts';
import type { LinkFile } from './link.ts';

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
  const byName = new Map<string, JobRun[]>();
  const folders = new Map<string, JobRun[]>();
  for (const file of files) {
    for (const part of file.facts.jobs) {
      const job = whole.get(part) ?? part;
      for (const task of job.tasks) {
        for (const run of task.runs) {
          const clean = run.replace(/^(?:\.{0,2}\/)+/, '').replace(/\/+$/, '');
          const last = clean.split('/').at(-1) ?? '';
          if (!last) continue;
          const index = last.includes('.') ? byName : folders;
          index.set(last, [...(index.get(last) ?? []), { file, job, task: { ...task, runs: [clean] } }]);
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
      const found = (byName.get(parts.at(-1) ?? '') ?? []).filter((run) => endsIn(path, run));
      for (const [depth, folder] of parts.slice(0, -1).entries()) {
        const under = parts.slice(0, depth + 1).join('/');
        found.push(...(folders.get(folder) ?? []).filter((run) => endsIn(under, run)));
      }
      cache.set(path, found);
      return found;
    },
  };
}

/** The named path may begin outside the repository (`/opt/airflow/dags/sql/x.sql`), so the longest common ending of two parts or the whole name counts. */
function endsIn(path: string, run: JobRun): boolean {
  const named = (run.task?.runs[0] ?? '').split('/');
  const parts = path.split('/');
  let common = 0;
  while (common < named.length && common < parts.length && named.at(-1 - common) === parts.at(-1 - common))
    common += 1;
  return common === named.length || common === parts.length || common >= 2;
}
