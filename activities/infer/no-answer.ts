/** Questions that the model refused, or did not answer within its limits: when they are asked again. */
import { daysUntilAskedAgain } from '../../inference/model/ask-again.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { addUnanswered, dropUnanswered, type Unanswered } from '../../store/unanswered.ts';
import { hashOf } from '../hash.ts';
import type { InferContext } from './context.ts';
import type { Question } from './questions.ts';

/** The question, and the limits for an answer to it: where these are raised it is asked again. */
const keyOf = ({ inputHash }: Pick<Question, 'inputHash'>, { maxOutputTokens, perTable }: ModelConfig): string =>
  `${begin(inputHash)}${hashOf([maxOutputTokens, perTable]).slice(0, 8)}`; // prettier-ignore
const begin = (inputHash: string): string => `${inputHash}.`;

/** Whether a question has to wait: it was asked as it is, in vain, and not long ago. One that waits holds no place among those that are asked. */
export function waits(
  question: Pick<Question, 'inputHash'>,
  model: ModelConfig,
  before: Unanswered | undefined,
): boolean {
  return before?.inputHash === keyOf(question, model) && before.daysAgo < daysUntilAskedAgain(before.times);
}

/** Whether `asker`, which asked the question last, did so in vain: what is stored of that conversation leads to no answer. */
export const askedInVain = (inputHash: string, before: Unanswered | undefined, asker: string): boolean =>
  before?.run === asker && before.inputHash.startsWith(begin(inputHash));

/** The question was answered, within whatever limits. */
export const answered = (
  { deps, handle }: Pick<InferContext, 'deps' | 'handle'>,
  { table, inputHash }: Pick<Question, 'table' | 'inputHash'>,
): Promise<void> =>
  dropUnanswered(deps.db, handle.repo, { table, begin: begin(inputHash), asOf: handle.asOf });

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
