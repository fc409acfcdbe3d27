/** Asks a second model, once a table, whether the cited lines say what the claims say. */
import {
  applyVerdicts,
  supportInstructions,
  supportQuestion,
  supportVersion,
  verdictsSchema,
  type Supported,
  type Verdicts,
} from '../../inference/model/support.ts';
import { redact } from '../../knowledge/redact.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { readClaims } from '../../store/claims.ts';
import { supportPrompt } from '../../store/model-calls.ts';
import { hashOf } from '../hash.ts';
import { linesByPath } from './cited-code.ts';
import type { InferContext } from './context.ts';
import { nothingAdded, takeTurn } from './exchange.ts';
import { judgeConfig, settingsOf } from './judge.ts';
import type { Question } from './questions.ts';

export type Judged = Supported & {
  /** No call was paid for. */
  readonly reused: boolean;
};

/** Null: nobody judges, or there is nothing to judge. Where the judge gives no verdict the claims stay as they are. Throws as `takeTurn` does. */
export async function judgeSupport(
  { deps, handle, code, signal }: InferContext,
  { table, sets }: Question,
  generation: number,
  claims: readonly NewClaim[],
): Promise<Judged | null> {
  const { judge } = deps;
  const model = judgeConfig(deps.config.model);
  if (!judge || model === null || claims.length === 0) return null;
  const paths = claims.flatMap(({ evidence }) => evidence.flatMap((item) => (item.kind === 'code' ? [item.path] : []))); // prettier-ignore
  const linesOf = await linesByPath(code, paths);
  const known = [...(await readClaims(deps.db, sets)).values()].flat();
  const { asked, messages } = supportQuestion(claims, known, linesOf);
  if (asked.length === 0) return null;
  const input = messages.map((content) => ({ content: redact(content), role: 'user' }));
  const turn = await takeTurn<Verdicts>(
    { ...deps, model: judge, config: { ...deps.config, model } },
    handle,
    {
      ...{ repo: handle.repo, table, model: judge.model, promptVersion: supportPrompt(supportVersion) },
      ...{ inputHash: hashOf([judge.effort, messages, ...settingsOf(judge)]), generation, turn: 0 },
    },
    {
      instructions: supportInstructions,
      tools: [],
      contractOf: () => ({ contract: verdictsSchema, contractName: 'verdicts' }),
      cacheKey: 'tablelore-support',
      input: [],
      add: () => Promise.resolve({ ...nothingAdded, input }),
    },
    signal,
  );
  const { outcome } = turn.answer;
  const verdicts = outcome.kind === 'answer' ? outcome.value : { verdicts: [] };
  return { ...applyVerdicts(claims, asked, verdicts), reused: turn.stored };
}
