/** Ids of dry runs. Pure. */

/** An id for a dry run of what would run under `workflowId`. `time`: milliseconds, so that each has an id of its own. */
export const dryRunId = (workflowId: string, time: number): string => `${workflowId}-dry-run-${time}`;

/** The id under which it would run: that of the dry run itself where it was started under an id of a person's choice. */
export const runOfDryRun = (workflowId: string): string => workflowId.replace(/-dry-run-\d+$/, '');
