/**
 * Which code a run goes on with when a worker deployment has a newer version; without versioned workers it says nothing. `nightly` and `backfill` take the
 * worker's default and move on: they may last for hours, and their recorded histories are replayed by the tests.
 */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { enrichTable } from './enrich-table.ts';

// Done within minutes: it ends on the code that it began with. The server refuses a behaviour from a worker without versions.
setWorkflowOptions(
  () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'PINNED' } : {}),
  enrichTable,
);
