import { runs } from './0001-runs.ts';
import { ledger } from './0002-ledger.ts';
import { search } from './0003-search.ts';
import { usage } from './0004-usage.ts';
import { model } from './0005-model.ts';
import { setting } from './0006-setting.ts';
import { staleDay } from './0007-stale-day.ts';
import { claimList } from './0008-claim-list.ts';
import { logProblems } from './0009-log-problems.ts';
import { embeddingUse } from './0010-embedding-use.ts';
import { claimColumns } from './0011-claim-columns.ts';
import { cardOnce } from './0012-card-once.ts';
import { freeHistory } from './0013-free-history.ts';
import { writtenNames } from './0014-written-names.ts';
import { nightState } from './0015-night-state.ts';
import { modelClaims } from './0016-model-claims.ts';
import { runReason } from './0017-run-reason.ts';
import { modelAskedAt } from './0018-model-asked-at.ts';
import { modelPayments } from './0019-model-payments.ts';
import { unansweredAt } from './0020-unanswered-at.ts';

/** One step of the schema: SQL statements, each run once and in this order. A released one is never changed; a later one adds. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /**
   * Workers of the version before cannot go on with it, and end. Absent: it only adds, and they go on. Whatever drops, renames or narrows breaks; so it
   * comes one version after the last one that needs what goes away.
   */
  readonly breaking?: true;
}

export const migrations: readonly Migration[] = [
  runs,
  ledger,
  search,
  usage,
  model,
  setting,
  staleDay,
  claimList,
  logProblems,
  embeddingUse,
  claimColumns,
  cardOnce,
  freeHistory,
  writtenNames,
  nightState,
  modelClaims,
  runReason,
  modelAskedAt,
  modelPayments,
  unansweredAt,
];
