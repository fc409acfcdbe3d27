import type { Build, Job, JobTask } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { deleteThenInsert } from '../rewrites.ts';
import { nameKey, uniqueNames } from '../table-name.ts';
import type { JobState, Run, TaskState } from './run.ts';
import { addUse } from './sql.ts';

/** Puts together what needs the whole file: temporary views give way to their sources, reads that no build took up become uses, jobs get the tables
 * of their tasks. */
export function finish(run: Run): void {
  const { out } = run;
  const stored = storedNames(out.builds);
  const builds = out.builds.map((build) => ({ ...build, reads: stored(build.reads) }));
  out.builds.splice(0, out.builds.length, ...deleteThenInsert(builds));
  out.uses.splice(
    0,
    out.uses.length,
    ...out.uses.map((use) => ({ ...use, reads: stored(use.reads) })).filter((use) => use.reads.length > 0),
  );
  const known = new Set([...out.builds, ...out.uses].flatMap((each) => each.reads.map(nameKey)));
  for (const pending of run.pendingReads) {
    const left = stored(pending.reads).filter((read) => !known.has(nameKey(read)));
    if (left.length === 0) continue;
    run.by = pending.by;
    addUse(left, pending.relation, pending.lines, run);
    for (const read of left) known.add(nameKey(read));
  }
  out.jobs.push(...[...run.jobs.values()].map((job) => jobFacts(job, run)));
}

/** Looks through temporary views, in the order in which the file makes them. */
function storedNames(builds: readonly Build[]): (names: readonly NameRef[]) => NameRef[] {
  const views = new Map<string, readonly NameRef[]>();
  const stored = (names: readonly NameRef[]): NameRef[] =>
    uniqueNames(names.flatMap((name) => views.get(nameKey(name)) ?? [name]));
  for (const build of builds) {
    if (build.kind === 'temporary') views.set(nameKey(build.target), stored(build.reads));
  }
  return stored;
}

function jobFacts(job: JobState, run: Run): Job {
  const { tasks, ...rest } = job;
  return { ...rest, kind: 'airflow', tasks: [...tasks.values()].map((task) => taskFacts(task, run)) };
}

function taskFacts(task: TaskState, run: Run): JobTask {
  const builds = run.out.builds.filter((build) => build.by === task.id && build.kind !== 'temporary');
  const uses = run.out.uses.filter((use) => use.name === task.id);
  const reads = [...builds, ...uses].flatMap((each) => each.reads);
  return {
    id: task.id,
    lines: task.lines,
    after: [...task.after],
    runs: [...task.runs],
    ...(task.dbt.length > 0 && { dbt: task.dbt }),
    writes: uniqueNames(builds.map((build) => build.target)),
    reads: uniqueNames(reads),
  };
}
