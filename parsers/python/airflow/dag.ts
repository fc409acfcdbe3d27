import { own } from '../../../schema/contracts/own.ts';
import { evaluate } from '../evaluate.ts';
import { runFunction } from '../calls.ts';
import { readable } from '../../runtime-text.ts';
import { argument, linesOf, type Call, type JobState, type Library, type Run } from '../run.ts';
import { callSyntax, type PyNode } from '../tree.ts';
import { field, textOf, textsOf, type FunctionValue, type Value } from '../values.ts';
import { cosmosRun } from './dbt.ts';
import { addTask, taskOf } from './task.ts';
import { addOrder, argumentTasks } from './order.ts';

/** `DAG(…)`, `TaskGroup(…)`, `@dag`, `@task`, `@task_group`. */
export const dags: Library = (call, run) => {
  if (call.method === '@' && call.receiver?.is === 'function') return decoratedCall(call.receiver, call, run);
  if (/(^|\.)(DAG|DbtDag)$/.test(call.path)) {
    const id = textOf(argument(call, 0, 'dag_id')) ?? (call.keywords.has('dag_id') ? 'dag' : undefined);
    if (id === undefined) return undefined;
    const dag = openJob(readable(id), call.keywords, call.node, run);
    if (call.path.endsWith('DbtDag')) dbtGroup('dbt', dag, call, run);
    return dag;
  }
  if (/(^|\.)DbtTaskGroup$/.test(call.path)) return dbtGroup(textOf(argument(call, 0, 'group_id')) ?? 'dbt', call.keywords.get('dag'), call, run); // prettier-ignore
  if (/(^|\.)TaskGroup$/.test(call.path)) return { is: 'tasks', ids: [], group: true };
  return undefined;
};

/** Astronomer Cosmos' group of a dbt project's models: one task here. */
function dbtGroup(id: string, dag: Value | undefined, call: Call, run: Run): Value {
  const keywords = dag === undefined ? call.keywords : new Map([...call.keywords, ['dag', dag]]);
  const group = addTask(readable(id), call.node, keywords, run);
  const made = cosmosRun(call.keywords);
  if (made) taskOf(readable(id), run)?.dbt.push(made);
  return group;
}

function openJob(id: string, keywords: ReadonlyMap<string, Value>, node: PyNode, run: Run): Value {
  const job: JobState = run.jobs.get(id) ?? { id, lines: linesOf(run, node), tasks: new Map() };
  run.jobs.set(id, job);
  const defaults = keywords.get('default_args');
  const schedule = keywords.get('schedule') ?? keywords.get('schedule_interval') ?? keywords.get('timetable');
  const scheduleText = scheduleOf(schedule);
  const owner = textOf(field(defaults, 'owner') ?? keywords.get('owner'));
  const description = textOf(keywords.get('description') ?? keywords.get('doc_md'));
  const sla = seconds(field(defaults, 'sla') ?? keywords.get('sla'));
  const zone = zoneOf(keywords.get('start_date') ?? field(defaults, 'start_date'));
  if (scheduleText !== undefined) job.schedule = scheduleText;
  if (owner !== undefined) job.owner = readable(owner);
  if (description !== undefined) job.description = readable(description).trim();
  if (sla !== undefined) job.sla = sla;
  if (zone !== undefined) job.timeZone = zone;
  return { is: 'dag', id };
}

/** Cron and presets as written; `timedelta` and timetables by their arguments; None: no schedule. */
function scheduleOf(value: Value | undefined): string | undefined {
  if (value?.is === 'text') return readable(value.text);
  const length = seconds(value);
  if (length !== undefined) return `every ${length} s`;
  if (value?.is === 'object') {
    const inner = [...value.fields.values()].flatMap((part) => textsOf(part));
    return inner.length > 0 ? inner.join(' ') : undefined;
  }
  if (value?.is === 'list') {
    const names = value.items.flatMap((item) =>
      item.is === 'object' ? textsOf(item.fields.get('0') ?? item.fields.get('uri')) : textsOf(item),
    );
    return names.length > 0 ? `datasets: ${names.join(', ')}` : undefined;
  }
  return undefined;
}

const units: Readonly<Record<string, number>> = {
  weeks: 604800,
  days: 86400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
};

/** Seconds of a `timedelta(…)`. */
export function seconds(value: Value | undefined): number | undefined {
  if (value?.is !== 'object' || !/timedelta$|duration$/.test(value.type)) return undefined;
  let total = 0;
  for (const [unit, amount] of value.fields) {
    if (amount.is === 'number')
      total += Number(amount.text) * (own(units, unit === '0' ? 'days' : unit) ?? 0);
  }
  return total > 0 ? total : undefined;
}

function zoneOf(value: Value | undefined): string | undefined {
  const zone = field(value, 'tz') ?? field(value, 'tzinfo');
  return textOf(zone) ?? textOf(field(zone, '0'));
}

/** What `with` opens stays open for its block: a DAG takes the tasks made in it, a group their ids. */
export function enterBlock(value: Value, run: Run): () => void {
  if (value.is === 'dag') {
    run.openJobs.push(value.id);
    return () => void run.openJobs.pop();
  }
  if (value.is === 'tasks' && value.group === true) {
    run.openGroups.push(value.ids);
    return () => void run.openGroups.pop();
  }
  return () => undefined;
}

/** A call of a function that a decorator made into a DAG, a task or a group of tasks. */
function decoratedCall(callee: FunctionValue, call: Call, run: Run): Value | undefined {
  const decorator = callee.decorators.find(({ path }) =>
    /^(airflow|astro)\b.*\.(dag|task|task_group|setup|teardown)(\.\w+)*$/.test(path),
  );
  if (decorator === undefined) return undefined;
  const keywords = keywordsOf(decorator.node, callee, run);
  const kind = /(^|\.)(dag|task_group|task)(\.|$)/.exec(decorator.path)?.[2] ?? 'task';
  const plain: Call = { ...call, receiver: undefined };
  if (kind === 'dag') return runDag(callee, keywords, plain, run);
  if (kind === 'task_group') {
    const group: Value = { is: 'tasks', ids: [], group: true };
    const leave = enterBlock(group, run);
    runFunction(callee, plain, run);
    leave();
    return group;
  }
  const id = readable(textOf(keywords.get('task_id')) ?? callee.name);
  const task = addTask(id, callee.node, keywords, run);
  const by = run.by;
  run.by = id;
  runFunction(callee, plain, run);
  run.by = by;
  addOrder(argumentTasks([...call.args, ...call.keywords.values()]), [id], run);
  return task;
}

export function runDag(
  callee: FunctionValue,
  keywords: ReadonlyMap<string, Value>,
  call: Call | undefined,
  run: Run,
): Value {
  const id = textOf(keywords.get('dag_id')) ?? textOf(keywords.get('0')) ?? callee.name;
  const dag = openJob(readable(id), keywords, callee.node, run);
  const leave = enterBlock(dag, run);
  runFunction(callee, call, run);
  leave();
  return dag;
}

/** A decorator's arguments; the first positional one under `0`. */
export function keywordsOf(decorator: PyNode, callee: FunctionValue, run: Run): Map<string, Value> {
  const syntax = callSyntax(callee.file, decorator);
  const out = new Map<string, Value>();
  if (syntax === null) return out;
  const file = run.file;
  run.file = callee.file;
  const [first] = syntax.args;
  if (first !== undefined) out.set('0', evaluate(first, callee.scope, run));
  for (const [name, node] of syntax.keywords) out.set(name, evaluate(node, callee.scope, run));
  for (const star of syntax.starKeywords) {
    const dict = evaluate(star, callee.scope, run);
    if (dict.is === 'dict') for (const [name, value] of dict.entries) out.set(name, value);
  }
  run.file = file;
  return out;
}
