import type { Library, Run } from '../run.ts';
import { argument } from '../run.ts';
import { unknown, type Value } from '../values.ts';

/** Ids of the tasks that a value stands for: a task, a group or a list of them. */
function taskIds(value: Value | undefined): string[] {
  if (value?.is === 'tasks') return [...value.ids];
  return value?.is === 'list' ? value.items.flatMap((item) => taskIds(item)) : [];
}

/** `a >> b`: gives the right side, so that chains go on; `<<` likewise. */
export function orderTasks(left: Value, right: Value, operator: '>>' | '<<', run: Run): Value {
  const [before, after] = operator === '>>' ? [left, right] : [right, left];
  addOrder(taskIds(before), taskIds(after), run);
  return taskIds(right).length > 0 ? right : left;
}

export function addOrder(before: readonly string[], after: readonly string[], run: Run): void {
  const job = run.jobs.get(run.openJobs[run.openJobs.length - 1] ?? '');
  for (const id of after) {
    const task =
      job?.tasks.get(id) ?? [...run.jobs.values()].find((each) => each.tasks.has(id))?.tasks.get(id);
    for (const other of before) if (other !== id) task?.after.add(other);
  }
}

/** `set_upstream`, `set_downstream`, `chain`, `cross_downstream`. */
export const taskOrder: Library = (call, run) => {
  const { method, receiver, args } = call;
  if (receiver?.is === 'tasks') {
    if (method === 'set_upstream') addOrder(args.flatMap(taskIds), receiver.ids, run);
    else if (method === 'set_downstream') addOrder(receiver.ids, args.flatMap(taskIds), run);
    return receiver;
  }
  if (method === 'cross_downstream') {
    addOrder(taskIds(argument(call, 0, 'from_tasks')), taskIds(argument(call, 1, 'to_tasks')), run);
    return unknown();
  }
  if (method !== 'chain' || !args.some((arg) => taskIds(arg).length > 0)) return undefined;
  args.forEach((arg, index) => {
    const next = args[index + 1];
    if (next === undefined) return;
    const [left, right] = [taskIds(arg), taskIds(next)];
    // Two lists of one length are chained in pairs.
    if (arg.is === 'list' && next.is === 'list' && left.length === right.length) {
      left.forEach((id, at) => addOrder([id], [right[at] ?? ''], run));
    } else addOrder(left, right, run);
  });
  return unknown();
};

/** Tasks whose results a task takes as arguments run before it. */
export const argumentTasks = (values: Iterable<Value>): string[] =>
  [...values].flatMap((value) =>
    value.is === 'dict' ? argumentTasks(value.entries.values()) : taskIds(value),
  );
