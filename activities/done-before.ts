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
import { judgeName } from './infer/judge.ts';
import { codeHash } from './runs.ts';

/** Names what a backfilled night rests on: the commit, the configuration, versions, models, logs and notes, and what was asked for. */
export async function inputsHash(
  deps: ActivityDeps,
  { repo, input }: Pick<BeginRun, 'repo' | 'input'>,
  commit: string,
): Promise<string> {
  const { logs, people, annotations } = repoConfig(deps, repo);
  const { maxOutputTokens, perTable } = deps.config.model;
  const files = await filesOf(logs.map(({ path }) => path), deps.configDir); // prettier-ignore
  const notes = [people, annotations].flatMap((path) => path ?? []).map((path) => resolve(deps.configDir, path)); // prettier-ignore
  return hashOf({
    code: codeHash(deps, repo, commit),
    files: await Promise.all([...files, ...notes].map(marksOf)),
    model: [
      deps.model?.model,
      deps.model?.effort,
      deps.model?.temperature,
      promptVersion,
      judgeName(deps.judge),
    ],
    bounds: [maxOutputTokens, perTable],
    embeddings: deps.embedder.model,
    renderVersion,
    mergeVersion,
    // A dry run's input stands for that of the run that it looks at.
    input: { ...input, dryRun: undefined },
  });
}

/** Size and time of a file stand for its content: to read all logs takes longer than most nights. */
async function marksOf(path: string): Promise<readonly unknown[]> {
  const found = await stat(path).catch(() => null);
  return [path, found?.size, found?.mtimeMs];
}

/** In words, that another run than `run` did the same night for the same workflow id, from the same inputs; null: none did. */
export async function doneBefore(
  { db }: ActivityDeps,
  night: { readonly repo: string; readonly asOf: string; readonly workflowId: string; readonly run: string },
  inputs: string,
): Promise<string | null> {
  const { repo, asOf, workflowId, run } = night;
  const earlier = await findDoneRun(db, { repo, asOf, idBegin: `${workflowId}/`, not: run, inputs });
  return earlier === null ? null : `${earlier} did it already, from the same inputs`;
}
