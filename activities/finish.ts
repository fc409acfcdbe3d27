/** Ends a run: its report is written, its night recorded, its lease given back. */
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { noticeOfReport } from '../knowledge/report/notice.ts';
import {
  endedWell,
  reportVersion,
  stageNames,
  type RunReport,
  type StageReport,
} from '../schema/contracts/runs.ts';
import { hasUncommittedChanges } from '../source/mirror.ts';
import { embeddingUse } from '../store/embedding-use.ts';
import { releaseLease } from '../store/leases.ts';
import { modelSpend } from '../store/model-calls.ts';
import { recordNight } from '../store/nights.ts';
import { listQuarantine } from '../store/quarantine.ts';
import {
  finishRun as storeEnd,
  othersSince,
  readDiagnostics,
  readRun,
  readStages,
  saveDiagnostics,
} from '../store/runs.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { dropWork } from '../store/work-items.ts';
import { measureChanges } from './changes.ts';
import type { RunEnd, RunHandle, RunSummary } from './contract.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { diagnosticsSoFar } from './diagnostics.ts';
import { countBy, figuresOf } from './figures.ts';
import { alive } from './heartbeat.ts';
import { tell } from './notify/tell.ts';
import { dayIn } from './plan.ts';
import { codeHash } from './runs.ts';
import { nightState } from './same-night.ts';
import { inScope, isWhole } from './scope.ts';

/** Quarantined tables that a report lists. */
const mostQuarantined = 500;

export function finishRun(deps: ActivityDeps, handle: RunHandle, end: RunEnd): Promise<RunSummary> {
  return alive(async () => {
    const { db } = deps;
    const { run, repo, asOf, commit } = handle;
    // Layers that were redone leave the night as it was recorded: not all that its hash names was done anew.
    const whole = isWhole(handle) && handle.redo.length === 0;
    const done = endedWell(end);
    await carryDiagnostics(deps, handle);
    const report = await makeReport(deps, handle, end, done);
    if (done && whole) {
      // Before the look at other runs: one that begins in between may leave the ledger as nobody has published it.
      const state = await nightState(deps, handle);
      await recordNight(db, repo, {
        asOf,
        run,
        commit,
        nightHash: await nightHash(deps, handle, report),
        published: end.outcome !== 'history',
        // What another run did meanwhile may not be on its cards.
        stateHash: (await othersSince(db, repo, run)) ? null : state,
      });
    }
    await storeEnd(db, run, end.outcome, report);
    await releaseLease(db, repo, asOf, run);
    if (handle.table === null) await tell(deps, noticeOfReport(report));
    if (done) await dropWork(db, run);
    const { outcome, reason, tables, cards, quarantinedCount } = report;
    return {
      run,
      repo,
      asOf,
      commit,
      outcome,
      reason,
      table: handle.table,
      tables,
      cards,
      quarantined: quarantinedCount,
    };
  });
}

/** Names what the night read, so that one that reads the same can leave it out; never the same again where a table or a file has to be tried again. */
async function nightHash(
  deps: ActivityDeps,
  { run, repo, commit }: RunHandle,
  { diagnostics }: RunReport,
): Promise<string> {
  const failed = (await listQuarantine(deps.db, run)).some(({ stage }) => stage === 'derive');
  const unread = diagnostics['parse.missing'] !== undefined;
  const hash = codeHash(deps, repo, commit);
  return failed || unread ? `${hash} with gaps` : hash;
}

async function carryDiagnostics(deps: ActivityDeps, handle: RunHandle): Promise<void> {
  const found = (await diagnosticsSoFar(deps, handle))?.filter(({ code }) => code !== uncommitted.code);
  const now = (await leavesChangesOut(deps, handle)) ? [uncommitted] : [];
  if (found !== undefined || now.length > 0)
    await saveDiagnostics(deps.db, handle.run, [...(found ?? []), ...now]);
}

const uncommitted: Diagnostic = {
  code: 'crawl.dirty',
  severity: 'info',
  message: 'The repository has changes that are not committed: they are not read.',
  path: '',
  fault: 'user',
};

/** Whether it is the night of today on a folder with changes that its commits lack. */
async function leavesChangesOut(deps: ActivityDeps, { repo, asOf }: RunHandle): Promise<boolean> {
  if (asOf !== dayIn(deps.config.schedule.timeZone, Date.now())) return false;
  const { url } = repoConfig(deps, repo);
  return hasUncommittedChanges({ url, baseDir: deps.configDir }).catch(() => false);
}

async function makeReport(
  deps: ActivityDeps,
  handle: RunHandle,
  end: RunEnd,
  done: boolean,
): Promise<RunReport> {
  const { db } = deps;
  const { run, repo, asOf, commit } = handle;
  const stored = await readRun(db, run);
  const snapshot = await currentSnapshot(db, repo);
  const spend = await modelSpend(db, run);
  const quarantined = await listQuarantine(db, run);
  return {
    version: reportVersion,
    run,
    workflow: stored?.workflow ?? '',
    repo,
    asOf,
    commit,
    outcome: end.outcome,
    reason: end.reason,
    stages: await stageReports(deps, run),
    ...(await figuresOf(deps, handle)),
    diagnostics: countBy((await readDiagnostics(db, run)) ?? [], (one) => one.code),
    embeddingModel: deps.embedder.model,
    modelCalls: spend.calls,
    modelTokens: {
      input: spend.inputTokens,
      cachedInput: spend.cachedInputTokens,
      output: spend.outputTokens,
    },
    costUsd: spend.costUsd,
    embedding: await embeddingCost(deps, run),
    changes: done ? await measureChanges(db, { repo, asOf, run, within: inScope(handle) }) : null,
    quarantined: quarantined.slice(0, mostQuarantined),
    quarantinedCount: quarantined.length,
    snapshot: snapshot === null ? null : String(snapshot.id),
    ...(end.dropped && { dropped: end.dropped }),
    ...(done ? {} : { readersSee: snapshot?.asOf ?? null }),
    seconds: end.seconds,
  };
}

async function embeddingCost({ db, config }: ActivityDeps, run: string): Promise<RunReport['embedding']> {
  const use = await embeddingUse(db, run);
  const { price } = config.embeddings;
  return { ...use, costUsd: price === undefined ? null : (use.tokens / 1_000_000) * price };
}

async function stageReports({ db }: ActivityDeps, run: string): Promise<StageReport[]> {
  const stages = new Map((await readStages(db, run)).map((stage) => [stage.stage, stage]));
  return stageNames.flatMap((name): StageReport[] => {
    const stage = stages.get(name);
    return stage === undefined ? [] : [{ ...stage, total: stage.done + stage.reused + stage.failed }];
  });
}
