/** Questions that the model refused, or did not answer within its limits: when they are asked again. */
import { daysUntilAskedAgain } from '../../inference/model/ask-again.ts';
import { daysBetween } from '../../schema/contracts/days.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { addUnanswered, type Unanswered } from '../../store/unanswered.ts';
import { hashOf } from '../hash.ts';
import type { InferContext } from './context.ts';
import type { Question } from './questions.ts';

/** The question, and the limits for an answer to it: where these are raised it is asked again. */
const keyOf = ({ inputHash }: Pick<Question, 'inputHash'>, { maxOutputTokens, perTable }: ModelConfig): string =>
  `${inputHash}.${hashOf([maxOutputTokens, perTable]).slice(0, 8)}`; // prettier-ignore

/** Whether a question has to wait: it was asked as it is, in vain, and not long ago. One that waits holds no place among those that are asked. */
export function waits(
  question: Pick<Question, 'inputHash'>,
  model: ModelConfig,
  before: Unanswered | undefined,
  asOf: string,
): boolean {
  if (before?.inputHash !== keyOf(question, model)) return false;
  return daysBetween(before.asOf, asOf) < daysUntilAskedAgain(before.times);
}

/** Whether another run asked the question in vain: what is stored of that conversation leads to no answer. */
export const askedInVain = (inputHash: string, before: Unanswered | undefined, run: string): boolean =>
  before !== undefined && before.run !== run && before.inputHash.startsWith(`${inputHash}.`);

/** Records that no answer came. Returns, in words, when it is asked again. */
export async function putOff(
  { deps, handle }: Pick<InferContext, 'deps' | 'handle'>,
  question: Question,
  error: string,
): Promise<string> {
  const { repo, run, asOf } = handle;
  const inputHash = keyOf(question, deps.config.model);
  const { times } = await addUnanswered(deps.db, repo, {
    table: question.table,
    inputHash,
    run,
    asOf,
    error,
  });
  return `It is asked again in ${daysUntilAskedAgain(times)} days, or when the question changes.`;
}
