/** The commands that change a run under way: `pause`, `resume`, `speed`, `cancel`. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { listRuns } from '../../store/runs.ts';
import { pauseSignal, resumeSignal, speedSignal } from '../../workflows/messages.ts';
import { mostChunksInFlight } from '../../workflows/pace.ts';
import { NothingFound } from '../exit.ts';
import { pickRun } from '../run-name.ts';
import { withRunningTemporal, withStore } from '../session.ts';
import type { Settings } from '../settings.ts';
import { openTerminal } from '../terminal.ts';
import { workflowLink } from '../ui-links.ts';
import { isRunning, listWorkflows } from '../workflow-list.ts';
import { integerWithin, settingsOf, withCommonOptions, type CommonOptions } from './options.ts';
import { runLines } from './status.ts';

const runArgument = 'a run’s workflow id, the start of one, or "last"';
/** A run that is cancelled ends within seconds, unless its worker is gone. */
const mostSecondsToEnd = 60;

export function registerControl(program: Command): void {
  withCommonOptions(program.command('pause'))
    .description('start no new work in a run until it is resumed; what is under way ends')
    .argument('<run>', runArgument)
    .addHelpText('after', '\nExample:\n  $ tablelore pause last')
    .action((name: string, options: CommonOptions) =>
      change(name, options, async (handle) => {
        await handle.signal(pauseSignal);
        return `is paused; \`tablelore resume ${handle.workflowId}\` goes on`;
      }),
    );

  withCommonOptions(program.command('resume'))
    .description('go on with a run that was paused')
    .argument('<run>', runArgument)
    .addHelpText('after', '\nExample:\n  $ tablelore resume last')
    .action((name: string, options: CommonOptions) =>
      change(name, options, async (handle) => {
        await handle.signal(resumeSignal);
        return 'goes on';
      }),
    );

  withCommonOptions(program.command('speed'))
    .description('set how many chunks of work a run has in flight; it starts with 4')
    .argument('<run>', runArgument)
    .argument(
      '<chunks>',
      `a whole number from 1 to ${mostChunksInFlight}`,
      integerWithin(1, mostChunksInFlight),
    )
    .addHelpText('after', '\nExample:\n  $ tablelore speed last 16')
    .action((name: string, chunks: number, options: CommonOptions) =>
      change(name, options, async (handle) => {
        await handle.signal(speedSignal, chunks);
        return `has at most ${chunks} ${chunks === 1 ? 'chunk' : 'chunks'} in flight from now on`;
      }),
    );

  withCommonOptions(program.command('cancel'))
    .description('end a run; what it did so far is reported, and readers see what they saw before')
    .argument('<run>', runArgument)
    .addHelpText('after', '\nExample:\n  $ tablelore cancel last')
    .action((name: string, options: CommonOptions) =>
      change(name, options, async (handle, settings) => {
        await handle.cancel();
        const ended = await hasEnded(handle);
        if (!options.json) await tellNights(settings, handle.workflowId);
        return ended ? 'is cancelled' : 'is being cancelled: it ends when a worker is there';
      }),
    );
}

/** Does something to the one running workflow that is meant, and says what: `done` returns the end of a sentence. */
async function change(
  name: string,
  options: CommonOptions,
  done: (handle: WorkflowHandle, settings: Settings) => Promise<string>,
): Promise<void> {
  const settings = settingsOf(options);
  const terminal = openTerminal();
  await withRunningTemporal(settings, async (client, uiUrl) => {
    if (client === null)
      throw new NothingFound(
        'Nothing runs here: `tablelore start` is not up, and TEMPORAL_ADDRESS is not set.',
      );
    const handle = await runUnderWay(client, name);
    const what = await done(handle, settings);
    const { workflowId } = handle;
    const link = uiUrl === null ? null : workflowLink(uiUrl, settings.temporal.namespace, workflowId);
    if (options.json) terminal.line(JSON.stringify({ workflowId, now: what, link }));
    else terminal.line(`${workflowId} ${what}.${link === null ? '' : `\n  ${terminal.style('dim', link)}`}`);
  });
}

/** Throws `NothingFound` unless exactly one run under way is meant. */
async function runUnderWay(client: Client, name: string): Promise<WorkflowHandle> {
  const all = await listWorkflows(client);
  const over = all.find((one) => one.workflowId === name && !isRunning(one));
  if (over) throw new NothingFound(`${name} is over: ${over.status.toLowerCase()}.`);
  const { workflowId } = pickRun(name, all.filter(isRunning), (one) => one.workflowId, 'run under way');
  return client.workflow.getHandle(workflowId);
}

async function hasEnded(handle: WorkflowHandle): Promise<boolean> {
  for (let left = mostSecondsToEnd * 2; left > 0; left -= 1) {
    if ((await handle.describe()).status.name !== 'RUNNING') return true;
    await sleep(500);
  }
  return false;
}

/** A line for each night that the workflow began. */
async function tellNights(settings: Settings, workflowId: string): Promise<void> {
  const terminal = openTerminal();
  await withStore(settings, async (db) => {
    const runs = await listRuns(db, null, 1_000, `${workflowId}/`);
    if (runs.length > 0) for (const line of runLines(runs, terminal)) terminal.line(line);
  });
}
