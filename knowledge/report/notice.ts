/** What the webhook is told of a run. Pure. */
import type { Notice } from '../../schema/contracts/notice.ts';
import { endedWell, type RunReport } from '../../schema/contracts/runs.ts';

const nothing = {
  version: 1,
  run: null,
  workflow: null,
  commit: null,
  tables: null,
  quarantined: null,
  seconds: null,
  changes: null,
} as const;

/** An error's text may quote a file or a query: what failed is named, and the report has the rest. */
export function noticeOfReport(report: RunReport): Notice {
  const { run, workflow, repo, asOf, outcome, commit, changes } = report;
  const failed = outcome === 'failed' ? `: \`tablelore status ${run}\` says why` : '';
  // What differs from an earlier date is no news where readers see the same as before.
  const told = outcome === 'unchanged' ? null : changes;
  return {
    ...nothing,
    event: outcome,
    id: `${run}/${outcome}`,
    repo,
    asOf,
    words: `The night of ${repo} as of ${asOf} ended as ${outcome}${failed}.`,
    run,
    workflow,
    commit,
    tables: endedWell(report) ? report.tables : null,
    quarantined: report.quarantinedCount,
    seconds: report.seconds,
    changes: told && {
      newTables: told.newTables.count,
      retiredTables: told.retiredTables.count,
      changedTables: told.changedTables.count,
      grainChanges: told.grainChanges.count,
      lostUpstreams: told.lostUpstreams.count,
      newConflicts: told.newConflicts.count,
      newDiagnostics: told.newDiagnostics.count,
    },
  };
}

type Night = Pick<Notice, 'repo' | 'asOf' | 'workflow'> & { readonly run: string };

/** `reason`: another run is under way, or it was done already. */
export const noticeOfSkip = ({ run, repo, asOf, workflow }: Night, reason: string): Notice => ({
  ...nothing,
  event: 'skipped',
  id: `${run}/skipped`,
  repo,
  asOf,
  words: `The night of ${repo} as of ${asOf} was skipped: ${reason}.`,
  run,
  workflow,
});

/** It did not even begin: the repository, the date or the configuration is wrong. */
export const noticeOfFalseStart = ({ run, repo, asOf, workflow }: Night): Notice => ({
  ...nothing,
  event: 'failed',
  id: `${run}/failed`,
  repo,
  asOf,
  words: `The night of ${repo} as of ${asOf} could not begin: \`tablelore status ${run}\` says why.`,
  run,
  workflow,
});

/** Told once a day for as long as it lasts. `days`: full days since the last night that ended well. */
export const noticeOfOverdue = (repo: string, asOf: string, words: string, days: number): Notice => ({
  ...nothing,
  event: 'overdue',
  id: `${repo}/overdue/${asOf}/${days}`,
  repo,
  asOf,
  words,
});
