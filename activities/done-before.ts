/** Whether a backfill that is started again did a night already. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promptVersion } from '../inference/model/instructions.ts';
import { mergeVersion } from '../knowledge/merge.ts';
import { renderVersion } from '../knowledge/render-card.ts';
import { findDoneRun } from '../store/runs.ts';
import type { BeginRun } from './contract.ts';
import { filesOf } from './named-files.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';
import { codeHash } from './runs.ts';

/** Names what a backfilled night rests on: the commit, the configuration, versions, models, logs and notes, and what was asked for. */
export async function inputsHash(deps: ActivityDeps, request: BeginRun, commit: string): Promise<string> {
  const { logs, people, annotations } = repoConfig(deps, request.repo);
  const files = await filesOf(logs.map(({ path }) => path), deps.configDir); // prettier-ignore
  const notes = [people, annotations].flatMap((path) => path ?? []).map((path) => resolve(deps.configDir, path)); // prettier-ignore
  return hashOf({
    code: codeHash(deps, request.repo, commit),
    files: await Promise.all([...files, ...notes].map(marksOf)),
    model: [deps.model?.model, deps.model?.effort, promptVersion, deps.judge?.model],
    embeddings: deps.embedder.model,
    renderVersion,
    mergeVersion,
    input: request.input,
  });
}

/** Size and time of a file stand for its content: to read all logs takes longer than most nights. */
async function marksOf(path: string): Promise<readonly unknown[]> {
  const found = await stat(path).catch(() => null);
  return [path, found?.size, found?.mtimeMs];
}

/** The run that did the same night for the same workflow id, from the same inputs; null: none did. */
export function doneBefore(
  { db }: ActivityDeps,
  { family, run, repo, asOf }: BeginRun,
  inputs: string,
): Promise<string | null> {
  const workflowId = family.slice(0, family.lastIndexOf('/'));
  return findDoneRun(db, { repo, asOf, idBegin: `${workflowId}/`, not: run, inputs });
}
