/** Starts a workflow, shows its progress while it runs, and brings its result. */
import { WorkflowFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../schema/contracts/errors.ts';
import { mainQueue } from '../workflows/queues.ts';
import { progressQuery } from '../workflows/messages.ts';
import type { RunSummary } from '../activities/contract.ts';
import { progressView } from './progress-view.ts';
import type { Terminal } from './terminal.ts';
import { troubleOf, type Trouble } from './trouble.ts';

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
 * Starts the workflow and waits for its end. Aborting `signal` stops the waiting, not the run: it goes on by itself when a worker is there.
 * Throws `UserError` for bad input and `RunFailed` when it fails.
 */
export async function runAndWatch(
  client: Client,
  request: RunRequest,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<readonly RunSummary[]> {
  const handle = await client.workflow.start(request.workflow, {
    taskQueue: mainQueue,
    workflowId: request.workflowId,
    args: [request.input],
  });
  return watch(handle, terminal, signal);
}

export async function watch(
  handle: WorkflowHandle,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<readonly RunSummary[]> {
  const view = progressView(terminal);
  let ended = false;
  let trouble: Trouble | null = null;
  let looks = 0;
  const result = handle.result().finally(() => (ended = true));
  result.catch(() => {});
  while (!ended && signal?.aborted !== true) {
    const progress = await handle.query(progressQuery).catch(() => null);
    if (looks++ % looksPerTroubleLook === 0) trouble = await troubleOf(handle);
    if (progress) view.show(progress, trouble);
    await Promise.race([result.catch(() => {}), sleep(lookMs)]);
  }
  signal?.throwIfAborted();
  const last = await handle.query(progressQuery).catch(() => null);
  if (last) view.show(last, null);
  view.end();
  try {
    const value = (await result) as RunSummary | readonly RunSummary[];
    return Array.isArray(value) ? (value as readonly RunSummary[]) : [value as RunSummary];
  } catch (error) {
    throw readableFailure(error);
  }
}

function readableFailure(error: unknown): Error {
  if (!(error instanceof WorkflowFailedError))
    return error instanceof Error ? error : new Error(String(error));
  let root: Error = error;
  while (root.cause instanceof Error) root = root.cause;
  const type = (root as { type?: string }).type;
  return type === 'UserError' ? new UserError(root.message) : new RunFailed(root.message);
}
