import { promptVersion } from '../../inference/model/instructions.ts';
import { explain, ModelError, UserError } from '../../schema/contracts/errors.ts';
import type { StageResult } from '../../schema/contracts/stages.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { pointTables } from '../../store/pointers.ts';
import { addQuarantine } from '../../store/quarantine.ts';
import type { ChunkResult, RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { alive } from '../heartbeat.ts';
import { readChunk } from '../work-list.ts';
import { ServerUnusable } from '../embed/server-unusable.ts';
import { BudgetSpent } from './budget.ts';
import { openCitedCode } from './cited-code.ts';
import type { InferContext } from './context.ts';
import { inferStage, standingOf } from './generation.ts';
import { TooManyFailures } from './claimed-call.ts';
import type { InferOutput } from './infer-output.ts';
import { answered, putOff } from './no-answer.ts';
import { openLedger } from './ledger.ts';
import { answerHash, loadQuestions, type Question } from './questions.ts';
import { readTable } from './read-table.ts';

/**
 * Asks the model about each table of a chunk. Each turn is stored before the next one is taken, so an attempt that waits for a limit or dies goes on
 * where it stood. A table that the model does not answer for is put aside; its earlier claims stay. A server that takes no call at all stops the stage, and
 * puts no table aside. Throws `RateLimited` and `SystemError`.
 */
export function infer(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  const { model } = deps;
  // Work that was frozen while a key was set.
  if (model === null) return Promise.resolve({ done: 0, reused: 0, failed: 0 });
  return alive((signal, waits) => inferChunk({ ...deps, model, waits }, handle, chunk, signal));
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
    const result = { done: 0, reused: 0, failed: 0, left: 0 };
    for (const [index, table] of tables.entries()) {
      signal.throwIfAborted();
      const question = questions.get(table);
      try {
        result[question === undefined ? 'reused' : await inferTable(context, question)] += 1;
      } catch (error) {
        if (!(error instanceof ServerUnusable)) throw error;
        return { ...result, left: result.left + tables.length - index, stopped: explain(error) };
      }
    }
    return result;
  } finally {
    code.close();
  }
}

type Counted = 'done' | 'reused' | 'failed' | 'left';

/** Throws `ServerUnusable` besides what waits: the table is not at fault. What is stored of it is kept. */
async function inferTable(context: InferContext, question: Question): Promise<Counted> {
  const { deps, handle } = context;
  const { db, model } = deps;
  const { repo, run } = handle;
  const { table, inputHash } = question;
  const key = { repo, table, model: model.model, promptVersion, inputHash };
  const standing = await standingOf(context, key, question.judge);
  if ('setId' in standing) {
    await point(context, question, standing.setId);
    return standing.ours ? 'done' : 'reused';
  }
  try {
    const { generation } = standing;
    const { claims, reused, unjudged, ...output } = await readTable(context, question, generation);
    const judge = unjudged === null ? question.judge : '';
    const answer = answerHash({ inputHash, judge }, generation);
    const result: StageResult<InferOutput> = { table, stage: inferStage, inputHash: answer, claims, output };
    const [saved] = await saveStageResults(db, repo, [result]);
    if (saved) await point(context, question, saved.setId);
    if (unjudged instanceof BudgetSpent) return 'left';
    if (unjudged instanceof ServerUnusable) throw unjudged;
    if (unjudged) await addQuarantine(db, run, { table, stage: 'judge', error: explain(unjudged) });
    return reused ? 'reused' : 'done';
  } catch (error) {
    if (error instanceof BudgetSpent) return 'left';
    if (error instanceof ServerUnusable || !(error instanceof ModelError || error instanceof UserError)) throw error; // prettier-ignore
    const again = error instanceof TooManyFailures ? [] : [await putOff(context, question, explain(error))];
    await addQuarantine(db, run, { table, stage: inferStage, error: [explain(error), ...again].join(' ') });
    return 'failed';
  }
}

async function point(context: InferContext, question: Question, setId: number): Promise<void> {
  const { deps, handle } = context;
  await pointTables(deps.db, handle.repo, handle.asOf, [{ table: question.table, stage: inferStage, setId }]);
  await answered(context, question);
}
