/** Starts a workflow, shows its progress while it runs, and brings its result. */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../schema/contracts/errors.ts';
import { mainQueue } from '../workflows/queues.ts';
import { progressQuery } from '../workflows/messages.ts';
import type { RunPreview, RunSummary } from '../activities/contract.ts';
import { patiently } from './patience.ts';
import { progressView } from './progress-view.ts';
import type { Terminal } from './terminal.ts';
import { troubleWatch, type Trouble } from './trouble.ts';

export interface RunRequest {
  readonly workflow: 'nightly' | 'enrichTable' | 'backfill';
  readonly workflowId: string;
  readonly input: object;
}

const lookMs = 300;
/** Trouble shows only after several attempts: a look every six seconds is enough. */
const looksPerTroubleLook = 20;

/** A run that failed: its message is the workflow's root cause. */
export class RunFailed extends Error {}

/**
 * Starts the workflow, or joins the one that runs under its id, and waits for its end. Aborting `signal` stops the waiting, not the run: it goes on by itself when a worker
 * is there. Throws `UserError` for bad input and `RunFailed` when it fails.
 */
export async function runAndWatch(
  client: Client,
  request: RunRequest,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<readonly RunSummary[]> {
  const value = (await watch(await begin(client, request, terminal), terminal, signal)) as RunSummary;
  return Array.isArray(value) ? (value as readonly RunSummary[]) : [value];
}

/** A dry run. */
export async function previewRun(
  client: Client,
  request: RunRequest,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<RunPreview> {
  return (await watch(await begin(client, request, terminal), terminal, signal)) as RunPreview;
}

async function begin(client: Client, request: RunRequest, terminal: Terminal): Promise<WorkflowHandle> {
  const { workflow, workflowId, input } = request;
  try {
    return await patiently(() =>
      client.workflow.start(workflow, { taskQueue: mainQueue, workflowId, args: [input] }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    terminal.line(`${workflowId} is under way already; this shows how it goes on.`);
    return client.workflow.getHandle(workflowId);
  }
}

async function watch(handle: WorkflowHandle, terminal: Terminal, signal?: AbortSignal): Promise<unknown> {
  const result = patiently(() => handle.result());
  result.catch(() => {});
  await follow(handle, terminal, signal, result);
  try {
    return await result;
  } catch (error) {
    throw readableFailure(error);
  }
}

/** Shows the progress until the workflow ends, however it ends. `result`: what tells of its end. */
export async function follow(
  handle: WorkflowHandle,
  terminal: Terminal,
  signal?: AbortSignal,
  result: Promise<unknown> = patiently(() => handle.result()),
): Promise<void> {
  const view = progressView(terminal);
  let ended = false;
  let trouble: Trouble | null = null;
  let looks = 0;
  const troubleNow = troubleWatch(handle);
  const end = result.then(
    () => (ended = true),
    () => (ended = true),
  );
  const left = () => signal?.aborted === true;
  while (!ended && !left()) {
    const progress = await handle.query(progressQuery).catch(() => null);
    if (looks++ % looksPerTroubleLook === 0) trouble = await troubleNow();
    // What was asked before Ctrl-C would be drawn over the words that follow it.
    if (progress && !left()) view.show(progress, trouble);
    await Promise.race([end, sleep(lookMs)]);
  }
  signal?.throwIfAborted();
  const last = await handle.query(progressQuery).catch(() => null);
  if (last) view.show(last, null);
  view.end();
}

function readableFailure(error: unknown): Error {
  if (!(error instanceof WorkflowFailedError))
    return error instanceof Error ? error : new Error(String(error));
  let root: Error = error;
  while (root.cause instanceof Error) root = root.cause;
  const { type, name } = root as { type?: string; name: string };
  if (name === 'CancelledFailure') return new RunFailed('The run was cancelled.');
  return type === 'UserError' ? new UserError(root.message) : new RunFailed(root.message);
}
