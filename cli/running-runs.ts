/** Shows runs that are under way: live on a terminal, as plain lines elsewhere, or as JSON. */
import type { Client } from '@temporalio/client';
import { progressQuery, type Progress } from '../workflows/messages.ts';
import { NothingFound } from './exit.ts';
import { progressLines } from './progress-view.ts';
import { pickRun } from './run-name.ts';
import { follow } from './run-watch.ts';
import { withRunningTemporal } from './session.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';
import { troubleLine, troubleWatch } from './trouble.ts';
import { workflowLink } from './ui-links.ts';
import { isRunning, listWorkflows, type ListedWorkflow } from './workflow-list.ts';

/**
 * Without a name, all runs under way as they stand; with one, that run until it ends where a person watches. Returns whether any was shown: a name may be of a run that
 * ended, or of one that only the database knows.
 */
export async function tellRunning(
  settings: Settings,
  name: string | undefined,
  json: boolean,
  terminal: Terminal,
): Promise<boolean> {
  return withRunningTemporal(settings, async (client, uiUrl) => {
    if (client === null) return false;
    const all = await listWorkflows(client);
    const shown = name === undefined ? all.filter(isRunning) : named(name, all);
    for (const { workflowId, type } of shown) {
      const link = uiUrl === null ? null : workflowLink(uiUrl, settings.temporal.namespace, workflowId);
      const progress = await progressOf(client, workflowId);
      if (json)
        terminal.line(JSON.stringify({ workflowId, workflow: type, outcome: 'running', progress, link }));
      else {
        terminal.line(terminal.style('bold', `${workflowId} is under way`));
        if (link !== null) terminal.line(`  ${terminal.style('dim', link)}`);
        if (name !== undefined && terminal.live)
          await follow(client.workflow.getHandle(workflowId), terminal);
        else if (progress) {
          for (const line of progressLines(progress)) terminal.line(line);
          const trouble = await troubleWatch(client.workflow.getHandle(workflowId))();
          if (trouble !== null) terminal.line(`! ${troubleLine(trouble, Date.now())}`);
        } else terminal.line('  its progress is not known: no worker is there');
        terminal.line();
      }
    }
    return shown.length > 0;
  });
}

/** The run under way that is named; none where the name is of another one. */
function named(name: string, all: readonly ListedWorkflow[]): ListedWorkflow[] {
  try {
    return [pickRun(name, all, (one) => one.workflowId)].filter(isRunning);
  } catch (error) {
    if (error instanceof NothingFound) return [];
    throw error;
  }
}

/** Null when no worker answers. */
const progressOf = (client: Client, workflowId: string): Promise<Progress | null> =>
  client.withDeadline(Date.now() + 5_000, () => client.workflow.getHandle(workflowId).query(progressQuery).catch(() => null)); // prettier-ignore
