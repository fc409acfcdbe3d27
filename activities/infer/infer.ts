import { promptVersion } from '../../inference/model/instructions.ts';
import { explain, ModelError, UserError } from '../../schema/contracts/errors.ts';
import type { StageResult } from '../../schema/contracts/stages.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { generationFor, modelSpend } from '../../store/model-calls.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { pointTables } from '../../store/pointers.ts';
import { addQuarantine } from '../../store/quarantine.ts';
import type { ChunkResult, RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { alive } from '../heartbeat.ts';
import { readChunk } from '../work-list.ts';
import { openCitedCode } from './cited-code.ts';
import { openLedger } from './ledger.ts';
import { answerHash, loadQuestions, type Question } from './questions.ts';
import { readTable, type InferContext, type InferOutput } from './read-table.ts';
import { inferStage } from './select.ts';

/**
 * Asks the model about each table of a chunk. Each answer is stored before the next table is asked about, so an attempt that waits for a limit or dies goes on
 * where it stood. A table that the model does not answer for is put aside; its earlier claims stay. Throws `RateLimited` and `SystemError`.
 */
export function infer(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  const { model } = deps;
  // Work that was frozen while a key was set.
  if (model === null) return Promise.resolve({ done: 0, reused: 0, failed: 0 });
  return alive((signal) => inferChunk({ ...deps, model }, handle, chunk, signal));
}

async function inferChunk(
  deps: InferContext['deps'],
  handle: RunHandle,
  chunk: number,
  signal: AbortSignal,
): Promise<ChunkResult> {
  const tables = await readChunk(deps.db, handle, inferStage, chunk);
  const questions = await loadQuestions(deps, handle, tables);
  const code = await openCitedCode(deps, handle);
  try {
    const context = { deps, handle, code, ledger: await openLedger(deps, handle), signal };
    const result = { done: 0, reused: 0, failed: 0 };
    for (const table of tables) {
      signal.throwIfAborted();
      const question = questions.get(table);
      result[question === undefined ? 'reused' : await inferTable(context, question)] += 1;
    }
    return result;
  } finally {
    code.close();
  }
}

async function inferTable(context: InferContext, question: Question): Promise<keyof ChunkResult> {
  const { deps, handle } = context;
  const { db, model } = deps;
  const { repo, asOf, run } = handle;
  const { table, inputHash } = question;
  const key = { repo, table, model: model.model, promptVersion, inputHash };
  const generation = await generationFor(db, run, key, handle.redo.includes('infer'));
  const answer = answerHash(inputHash, generation);
  const pointed = await pointedSets(db, repo, asOf, inferStage, [table]);
  // An earlier attempt of this run got so far.
  if (pointed.get(table)?.inputHash === answer) return 'done';
  if (await budgetIsSpent(deps, run)) return 'reused';
  try {
    const { claims, reused, ...output } = await readTable(context, question, generation);
    const result: StageResult<InferOutput> = { table, stage: inferStage, inputHash: answer, claims, output };
    const saved = await saveStageResults(db, repo, [result]);
    await pointTables(db, repo, asOf, saved.map(({ stage, setId }) => ({ table, stage, setId }))); // prettier-ignore
    return reused ? 'reused' : 'done';
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof UserError)) throw error;
    await addQuarantine(db, run, { table, stage: inferStage, error: explain(error) });
    return 'failed';
  }
}

async function budgetIsSpent({ db, config }: ActivityDeps, run: string): Promise<boolean> {
  const { budgetUsd } = config.model;
  if (budgetUsd === undefined) return false;
  return ((await modelSpend(db, run)).costUsd ?? 0) >= budgetUsd;
}
