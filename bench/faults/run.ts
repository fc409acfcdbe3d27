/** Runs what a world goes through, phase by phase, and kills what the plan says while it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { RunSummary } from '../../activities/contract.ts';
import { explain } from '../../schema/contracts/errors.ts';
import { progressQuery } from '../../workflows/messages.ts';
import { mainQueue } from '../../workflows/queues.ts';
import { canonicalDump, dumpDifferences } from '../../test/support/canonical-dump.ts';
import { orderOf, phases, placeName, type Kill, type Phase, type Place } from './plan.ts';
import type { FaultWorld } from './world.ts';

export interface KillEnd {
  readonly kill: Kill;
  /** Where the run really was; null: it ended before its place came, and nothing was killed. */
  readonly at: Place | null;
  /** Of the run that was under way: outcome of each night, or its error. */
  ended: string;
  /** Rows that differ from an undisturbed world's; empty: none. */
  differences: readonly string[];
}

/** The rows after each phase, and how long each place took, in milliseconds by its name. */
export interface Calm {
  readonly rows: ReadonlyMap<Phase, Rows>;
  readonly tookMs: ReadonlyMap<string, number>;
}

type Rows = Awaited<ReturnType<typeof canonicalDump>>;

const firstDay = '2026-10-08';
const changedDay = '2026-10-09';
const requests: Readonly<Record<Exclude<Phase, 'first'>, readonly [workflow: string, input: object]>> = {
  changed: ['nightly', { asOf: changedDay }],
  backfill: ['backfill', { from: '2026-10-06', to: '2026-10-07' }],
  table: ['enrichTable', { table: 'marts.fct_orders', asOf: changedDay, force: true }],
};

/**
 * What nights leave, but their names and reports: a launcher that was killed runs one more night, in which nothing has changed. That one also drops the texts
 * which nobody finds any more, so only those that are found are compared.
 */
const compared = [
  ...['claims', 'sets', 'pointers', 'cards', 'published', 'found', 'nights', 'facts', 'logs'],
  ...['templates', 'templateDays', 'quarantine', 'leases'],
];
const phaseLimitMs = 600_000;
const lookMs = 50;

export async function runCalm(world: FaultWorld): Promise<Calm> {
  const rows = new Map<Phase, Rows>();
  const tookMs = new Map<string, number>();
  for (const phase of Object.keys(phases) as Phase[]) {
    const run = await begin(world, phase);
    for (let before = performance.now(); run.isOpen(); await sleep(lookMs)) {
      const place = await placeOf(run, phase);
      const now = performance.now();
      if (place) tookMs.set(placeName(place), (tookMs.get(placeName(place)) ?? 0) + now - before);
      before = now;
    }
    rows.set(phase, await settledRows(world));
  }
  return { rows, tookMs };
}

export async function runRough(
  world: FaultWorld,
  kills: readonly Kill[],
  calm: Calm,
  tell: (end: KillEnd) => void,
): Promise<KillEnd[]> {
  const all: KillEnd[] = [];
  for (const phase of Object.keys(phases) as Phase[]) {
    const run = await begin(world, phase);
    const ends: KillEnd[] = [];
    for (const kill of kills.filter(({ place }) => place.phase === phase))
      ends.push({ kill, at: await killAt(world, run, kill, calm), ended: '', differences: [] });
    const ended = await run.ended;
    const rows = await settledRows(world);
    const differences = dumpDifferences(calm.rows.get(phase) ?? {}, rows);
    for (const end of ends) tell(Object.assign(end, { ended, differences }));
    if (ends.length === 0 && differences.length > 0)
      tell({ kill: kills[0] as Kill, at: null, ended, differences });
    all.push(...ends);
  }
  return all;
}

/** Kills the victim at its place, or later in the run where that has passed. */
async function killAt(world: FaultWorld, run: Run, { victim, place, after }: Kill, calm: Calm): Promise<Place | null> {
  let at = await placeOf(run, place.phase);
  for (; run.isOpen() && (at === null || orderOf(at) < orderOf(place)); at = await placeOf(run, place.phase))
    await sleep(lookMs);
  if (at === null || !run.isOpen()) return null;
  if (orderOf(at) === orderOf(place)) await sleep(after * (calm.tookMs.get(placeName(place)) ?? 0));
  at = (await placeOf(run, place.phase)) ?? at;
  await world.kill(victim);
  return at;
} // prettier-ignore

interface Run {
  readonly isOpen: () => boolean;
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  /** Asks as if the server could be gone at any time: rejects within seconds. */
  ask<T>(work: (handle: WorkflowHandle) => Promise<T>): Promise<T>;
}

async function begin(world: FaultWorld, phase: Phase): Promise<Run> {
  if (phase === 'first') world.launch(firstDay);
  else world.setNight(changedDay);
  const id = await patiently(`begin ${phase}`, async () =>
    phase === 'first'
      ? firstNight(await world.client())
      : start(await world.client(), `faults-${phase}`, ...requests[phase]),
  );
  let open = true;
  const ask: Run['ask'] = async (work) => {
    const client = await world.client();
    return client.withDeadline(Date.now() + 2_000, () => work(client.workflow.getHandle(id)));
  };
  const ended = patiently(`end of ${phase}`, async () => {
    while ((await ask((handle) => handle.describe())).status.name === 'RUNNING') await sleep(100);
    return true;
  }).then(async () => {
    open = false;
    return patiently('result', () => ask(resultInWords));
  });
  ended.catch(() => (open = false));
  return { isOpen: () => open, ended, ask };
}

async function resultInWords(handle: WorkflowHandle): Promise<string> {
  try {
    const summaries = [(await handle.result()) as RunSummary | RunSummary[]].flat();
    return summaries.map(({ outcome }) => outcome).join(', ');
  } catch (error) {
    if ((error as Error).name !== 'WorkflowFailedError') throw error;
    let root = error as Error;
    while (root.cause instanceof Error) root = root.cause;
    return `failed: ${explain(root)}`;
  }
}

/** The id of the night that `start` ran. */
async function firstNight(client: Client): Promise<string> {
  for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType="nightly"' }))
    return workflowId;
  throw new Error('The night has not begun.');
}

async function start(client: Client, workflowId: string, workflow: string, input: object): Promise<string> {
  try {
    await client.workflow.start(workflow, { taskQueue: mainQueue, workflowId, args: [input] });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return workflowId;
}

/** Null: it cannot be told now. */
async function placeOf(run: Run, phase: Phase): Promise<Place | null> {
  const progress = await run.ask((handle) => handle.query(progressQuery)).catch(() => null);
  if (progress === null) return null;
  const { stages, nights, asOf } = progress;
  const ended = nights?.ended ?? [];
  const night = Math.min(ended.length, phases[phase] - 1);
  const open = stages.find(({ state }) => state === 'running' || state === 'waiting');
  // The stages of a night are those of the one before until it has begun.
  const isNew = stages.every(({ state }) => state === 'waiting') || (night > 0 && asOf === ended[night - 1]?.asOf); // prettier-ignore
  return { phase, night, part: isNew ? 'begin' : (open?.stage ?? 'end') };
}

/** When nothing goes on any more, a launcher's own night included. */
async function settledRows(world: FaultWorld): Promise<Rows> {
  await quiet(world);
  return world.read((db) => canonicalDump(db, compared));
}

/** Waits until the launcher has done its own night and nothing is under way any more. */
async function quiet(world: FaultWorld): Promise<void> {
  await patiently('quiet', async () => {
    const client = await world.client();
    const { count } = await client.workflow.count('ExecutionStatus="Running"');
    if (!world.isUp() || count > 0) throw new Error(`${count} runs are under way`);
  });
}

/** Again until it works. */
async function patiently<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + phaseLimitMs; ; await sleep(100)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what}: ${explain(error)}`, { cause: error });
    }
  }
}
