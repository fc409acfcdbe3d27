import { linesOf, type JobState, type Run, type TaskState } from '../run.ts';
import type { PyNode } from '../tree.ts';
import { textOf, type Value } from '../values.ts';

/** Adds a task to the DAG that it names or that is open. Tasks of no known DAG belong to one that is named after the file. */
export function addTask(
  id: string,
  node: PyNode,
  keywords: ReadonlyMap<string, Value>,
  run: Run,
): Extract<Value, { is: 'tasks' }> {
  const job = jobOf(keywords.get('dag'), node, run);
  if (!job.tasks.has(id)) {
    const task: TaskState = { id, lines: linesOf(run, node), after: new Set(), runs: new Set(), dbt: [] };
    const owner = textOf(keywords.get('owner'));
    if (owner !== undefined) task.owner = owner;
    job.tasks.set(id, task);
  }
  for (const group of run.openGroups) if (!group.includes(id)) group.push(id);
  return { is: 'tasks', ids: [id] };
}

export function taskOf(id: string, run: Run): TaskState | undefined {
  for (const job of [...run.jobs.values()].reverse()) {
    const task = job.tasks.get(id);
    if (task !== undefined) return task;
  }
  return undefined;
}

function jobOf(dag: Value | undefined, node: PyNode, run: Run): JobState {
  const named = dag?.is === 'dag' ? dag.id : run.openJobs[run.openJobs.length - 1];
  const last = [...run.jobs.keys()].pop();
  const id = named ?? last ?? run.path.replace(/^.*\//, '').replace(/\.py$/, '');
  const known = run.jobs.get(id);
  if (known !== undefined) return known;
  const job: JobState = { id, lines: linesOf(run, node), tasks: new Map() };
  run.jobs.set(id, job);
  return job;
}
