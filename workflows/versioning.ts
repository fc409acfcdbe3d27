/**
 * Which code a run goes on with when a worker deployment has a newer version. `nightly` and `backfill` take the worker's default and move on: they may last
 * for hours, and their recorded histories are replayed by the tests.
 */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { enrichTable } from './enrich-table.ts';

/** The server refuses a behaviour from a worker without versions. */
const versioned = (): boolean => Boolean(workflowInfo().currentDeploymentVersion?.deploymentName);

// Done within minutes: it ends on the code that it began with.
setWorkflowOptions(() => (versioned() ? { versioningBehavior: 'PINNED' } : {}), enrichTable);
