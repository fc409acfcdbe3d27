import type { Changes } from '../../schema/contracts/changes.ts';

const none = { count: 0, listed: [] };

/** Of a night that changed nothing since the one of 2026-10-05. */
export const noChanges: Changes = {
  since: { asOf: '2026-10-05', run: 'nightly/1' },
  newTables: none,
  retiredTables: none,
  changedTables: none,
  grainChanges: none,
  lostUpstreams: none,
  newConflicts: none,
  newDiagnostics: none,
};
