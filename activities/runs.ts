/** Beginning and ending of runs: which night, which commit, who may run. */
import { gitAt, fetchMirror, resolveCommit, ensureCommit, type Mirror } from '../source/mirror.ts';
import { relateVersion } from '../inference/conventions/version.ts';
import { deriveVersion } from '../inference/derive/version.ts';
import { linkVersion } from '../inference/link/version.ts';
import { readers } from '../parsers/registry.ts';
import { explain, isTableloreError, SystemError, UserError } from '../schema/contracts/errors.ts';
import { lastNight, type Night } from '../store/nights.ts';
import { liveLeases, releaseLease, renewLease, takeLease } from '../store/leases.ts';
import { familySpend } from '../store/model-calls.ts';
import { observedHead, recordHead, saveRepo } from '../store/repos.ts';
import { beginRun as storeRun, finishRun as storeEnd } from '../store/runs.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { displayUrl } from '../source/remote.ts';
import type { BeginResult, BeginRun, RunHandle } from './contract.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { doneBefore, inputsHash } from './done-before.ts';
import { hashOf } from './hash.ts';
import { alive } from './heartbeat.ts';
import { dayIn } from './plan.ts';
import { mirrorOf, readingHash } from './source-files.ts';

const dayMs = 86_400_000;
const leaseSeconds = 900;

export function beginRun(deps: ActivityDeps, request: BeginRun): Promise<BeginResult> {
  return alive(async () => {
    const { db } = deps;
    const { repo, asOf, run } = request;
    const late = Date.now() - Date.parse(asOf) > 2 * dayMs;
    const others = (await liveLeases(db, repo)).filter((lease) => lease.holder !== run);
    if (request.givesWay && !late && others.length > 0)
      return { skipped: `${others[0]?.holder ?? 'another run'} is still under way` };
    if (request.table === null) await lease(deps, request);
    try {
      return await underLease(deps, request, async () => begin(deps, request, await usdLeft(deps, request)));
    } catch (error) {
      await endBeforeBegin(deps, request, error).catch(() => {});
      throw error;
    }
  });
}

/** A run that never will begin keeps nobody waiting, and is told of beside the others. One that tries again has its lease, perhaps in another attempt. */
async function endBeforeBegin({ db }: ActivityDeps, request: BeginRun, error: unknown): Promise<void> {
  const { run, workflow, repo, asOf, input } = request;
  if (!isTableloreError(error) || error.retry) return;
  if (request.table === null) await releaseLease(db, repo, asOf, run);
  await storeRun(db, { id: run, workflow, repo, asOf, commit: '', input });
  await storeEnd(db, run, 'failed', null, explain(error));
}

async function begin(deps: ActivityDeps, request: BeginRun, usd: number | null): Promise<BeginResult> {
  const { db } = deps;
  const { repo, asOf, run, redo } = request;
  const config = repoConfig(deps, repo);
  await saveRepo(db, { name: repo, url: displayUrl(config.url), ref: config.ref ?? null });
  const { workflow, family } = request;
  const start = await startOf(deps, request, workflow === 'backfill' && redo.length > 0);
  if ('skipped' in start) return skip(deps, request, start.skipped);
  const { commit, codeUnchanged } = start;
  const inputs = workflow === 'backfill' ? await inputsHash(deps, request, commit) : null;
  const workflowId = family.slice(0, family.lastIndexOf('/'));
  const done = inputs === null ? null : await doneBefore(deps, { ...request, workflowId }, inputs);
  if (done !== null) return skip(deps, request, done);
  const input = inputs === null ? request.input : { ...request.input, inputs };
  await storeRun(db, { id: run, workflow, repo, asOf, commit, input });
  const published = await currentSnapshot(db, repo);
  const handle: RunHandle = {
    run,
    repo,
    asOf,
    commit,
    table: request.table,
    tables: request.tables,
    redo,
    modelTables: request.modelTables,
    usd,
    base: published?.id ?? null,
    codeUnchanged,
  };
  return { handle };
}

export interface NightStart {
  /** The last night as of its date; null: there is none. */
  readonly last: Night | null;
  readonly commit: string;
  /** Neither code nor configuration differs from the last night, and nothing is to be redone. */
  readonly codeUnchanged: boolean;
}

/** What a night goes on from; the mirror has its commit then. `redone`: only layers of a night that is done, on the commit that it read. `skipped`: why that cannot be. */
export async function startOf(
  deps: ActivityDeps,
  { repo, asOf, redo }: Pick<BeginRun, 'repo' | 'asOf' | 'redo'>,
  redone: boolean,
): Promise<NightStart | { readonly skipped: string }> {
  const mirror = await mirrorOf(deps, repo);
  await fetchMirror(mirror);
  const last = await lastNight(deps.db, repo, asOf);
  if (redone && last?.asOf !== asOf)
    return { skipped: `the night of ${asOf} is not done: a backfill without "layers" does it` };
  const commit = redone ? (last?.commit ?? '') : await commitOf(deps, mirror, repo, asOf);
  await ensureCommit(mirror, commit);
  const codeUnchanged = redo.length === 0 && last?.nightHash === codeHash(deps, repo, commit);
  return { last, commit, codeUnchanged };
}

async function skip(
  { db }: ActivityDeps,
  { repo, asOf, run }: BeginRun,
  skipped: string,
): Promise<BeginResult> {
  await releaseLease(db, repo, asOf, run);
  return { skipped };
}

/** What the run may still spend of its family's budget; null: no limit of its own. Throws a `UserError` when costs cannot be told. */
async function usdLeft(
  { db, config, model }: ActivityDeps,
  { family, usd }: BeginRun,
): Promise<number | null> {
  if (usd === null || model === null) return usd;
  if (config.model.prices === undefined)
    throw new UserError('A budget in US dollars needs the prices of the model.', {
      next: 'Set model.prices in tablelore.yml, or give "modelTables" in place of "usd".',
    });
  return Math.max(0, usd - (await familySpend(db, family)));
}

/** One run a repository and night; another one's lease is waited for. */
async function lease(deps: ActivityDeps, { repo, asOf, run }: BeginRun): Promise<void> {
  const result = await takeLease(deps.db, repo, asOf, run, leaseSeconds);
  if (result.taken) return;
  throw new NightTaken(result.holder, asOf, result.until);
}

/** Another run has the night. */
class NightTaken extends SystemError {
  constructor(holder: string, asOf: string, until: string) {
    const workflowId = holder.replace(/\/[0-9a-f]{8}(\/.*)?$/, '');
    super(`${holder} has the night of ${asOf}, until ${until} unless it goes on.`, {
      next: `This run waits for it; \`tablelore cancel ${workflowId}\` ends the other.`,
    });
  }
}

type Leased = Pick<RunHandle, 'run' | 'repo' | 'asOf' | 'table'>;

/** Runs a stage under its run's lease, prolonged before it and while it runs. A run of a single table has none. Throws a `UserError` when another run has it. */
export async function underLease<T>(deps: ActivityDeps, handle: Leased, work: () => Promise<T>): Promise<T> {
  await keepLease(deps, handle);
  // A lease that is lost meanwhile, or a database that is away, is the next stage's to tell.
  const timer = setInterval(() => void keepLease(deps, handle).catch(() => {}), (leaseSeconds * 1_000) / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * A lease that ran out, as that of a run paused for long, is still its run's until another takes it. Then the run does not go on, also when the other has
 * ended: it would put its older results in place of those.
 */
async function keepLease(deps: ActivityDeps, handle: Leased): Promise<void> {
  if (handle.table !== null) return;
  if (await renewLease(deps.db, handle.repo, handle.asOf, handle.run, leaseSeconds)) return;
  throw new UserError(`The night of ${handle.asOf} was taken over by another run.`, {
    next: 'This run ends; what the other did stands.',
  });
}

/** Today's night reads the head; an older one reads where the branch was seen that day, else the last commit before its end. */
async function commitOf(deps: ActivityDeps, mirror: Mirror, repo: string, asOf: string): Promise<string> {
  const { ref } = repoConfig(deps, repo);
  const today = dayIn(deps.config.schedule.timeZone, Date.now());
  if (asOf !== today) return (await observedHead(deps.db, repo, asOf)) ?? resolveCommit(mirror, ref, asOf);
  const head = await resolveCommit(mirror, ref);
  await recordHead(deps.db, repo, today, head);
  return head;
}

/** Names everything that crawl, parse, link and derive read, and the rules that they follow. */
export function codeHash(deps: ActivityDeps, repo: string, commit: string): string {
  const versions = readers.map(({ name, version }) => [name, version]);
  return hashOf({
    commit,
    reading: readingHash(repoConfig(deps, repo), deps.configDir),
    versions,
    linkVersion,
    deriveVersion,
    relateVersion,
  });
}

/** How many commits lead to this one: orders the commits of a branch. */
export async function commitOrder(mirror: Mirror, commit: string): Promise<number> {
  return Number((await gitAt(mirror.gitDir).raw(['rev-list', '--count', '--first-parent', commit])).trim());
}
