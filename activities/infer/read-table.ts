/** The loop: asks the model about one table, runs the tools that it calls, checks what it cites, and asks once more where that does not hold. */
import { boundReached, type Bound, type Bounds } from '../../inference/model/bounds.ts';
import type { CheckedReading, Rejection } from '../../inference/model/check-citations.ts';
import {
  closingText,
  correctionText,
  goOnText,
  instructions,
  malformedText,
  notesText,
  promptVersion,
} from '../../inference/model/instructions.ts';
import {
  fieldsAsked,
  notesSchema,
  tableReadingSchema,
  type Notes,
  type TableReading,
} from '../../inference/model/output-contract.ts';
import { toolDefinitions } from '../../inference/model/tools.ts';
import { ModelError, UserError } from '../../schema/contracts/errors.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import type { ActivityDeps } from '../deps.ts';
import { hashOf } from '../hash.ts';
import { claimFieldOf } from '../../inference/model/to-claims.ts';
import { checkReading, claimsOf } from './check-reading.ts';
import { secondsSince } from './claimed-call.ts';
import type { InferContext } from './context.ts';
import { after, begun, type Conversation } from './conversation.ts';
import { nothingAdded, takeTurn, type Added, type Turn } from './exchange.ts';
import type { InferOutput } from './infer-output.ts';
import { judgeSupport, type Judged } from './judge-support.ts';
import type { ModelCall, ModelOutcome } from './model-outcome.ts';
import type { Question } from './questions.ts';
import { openDossier } from './table-dossier.ts';
import { answerCalls } from './tools/toolbox.ts';

export interface TableRead extends InferOutput {
  readonly claims: readonly NewClaim[];
  /** No turn was paid for. */
  readonly reused: boolean;
  /** Why the judge did not judge what it should have; null: it did, or there is none. */
  readonly unjudged: UserError | null;
}

/** Throws a `ModelError` when there is no answer at all; a later turn without one leaves what an earlier one proved. */
export async function readTable(
  context: InferContext,
  question: Question,
  generation: number,
): Promise<TableRead> {
  let conversation = begun;
  let checked: CheckedReading | null = null;
  let next: () => Promise<Partial<Added>> = () => openDossier(context.deps, question, context.code);
  for (;;) {
    const turn = await ask(context, question, generation, conversation, next);
    conversation = after(conversation, turn, context.deps.config.model.compactAtTokens);
    const { outcome } = turn.answer;
    const { closing, notes } = turn.added;
    if (outcome.kind === 'answer' && !('notes' in outcome.value))
      checked = await checkReading(context, question, outcome.value, conversation.shown);
    const again =
      closing !== null ? null : notes ? goOn(outcome) : follow(context, outcome, checked, conversation);
    if (again === null) return result(context, question, generation, outcome, checked, conversation, closing);
    next = again;
  }
}

type Answer = TableReading | Notes;

/** One turn. What it adds is `next`, and an end where a bound is reached or the conversation has grown too long. */
async function ask(
  { deps, handle, signal }: InferContext,
  { table, inputHash }: Question,
  generation: number,
  { input, spent, full }: Conversation,
  next: () => Promise<Partial<Added>>,
): Promise<Turn<Answer>> {
  const key = { repo: handle.repo, table, model: deps.model.model, promptVersion, inputHash, generation };
  async function add(): Promise<Added> {
    const start = performance.now();
    const added = { ...nothingAdded, ...(await next()) };
    const closing = boundReached(spent, boundsOf(deps));
    const notes = full && closing === null;
    const end = notes ? [message(notesText)] : closing === null ? [] : [message(closingText(closing))];
    return { ...added, input: [...added.input, ...end], notes, closing, seconds: secondsSince(start) };
  }
  const request = {
    instructions,
    tools: toolDefinitions,
    contractOf: ({ notes }: Added) =>
      notes
        ? { contract: notesSchema, contractName: 'notes' }
        : { contract: tableReadingSchema, contractName: 'table_reading' },
    cacheKey: `tablelore-${hashOf([handle.repo, table]).slice(0, 24)}`,
    input,
    add,
  };
  return takeTurn<Answer>(deps, handle, { ...key, turn: spent.turns }, request, signal);
}

/** After notes. What is malformed is as good as any other text for going on. */
const goOn = ({ kind }: ModelOutcome<Answer>): (() => Promise<Partial<Added>>) | null =>
  kind === 'answer' || kind === 'malformed' ? () => Promise.resolve({ input: [message(goOnText)] }) : null;

/** What the next turn adds; null: there is none. */
function follow(
  context: InferContext,
  outcome: ModelOutcome<Answer>,
  checked: CheckedReading | null,
  { corrected }: Conversation,
): (() => Promise<Partial<Added>>) | null {
  if (outcome.kind === 'calls') return () => runCalls(context, outcome.calls);
  if (corrected) return null;
  const correct = (text: string, rejected: readonly Rejection[]) => () =>
    Promise.resolve({ input: [message(text)], rejected, corrects: true });
  if (outcome.kind === 'malformed') return correct(malformedText(outcome.problem), []);
  if (outcome.kind !== 'answer' || !checked?.rejections.length) return null;
  return correct(correctionText(checked.rejections), checked.rejections);
}

function runCalls({ deps, code, ledger, signal }: InferContext, calls: readonly ModelCall[]) {
  const { personSalt, aroundTool: around } = deps;
  return answerCalls({ code, ledger, personSalt, signal, ...(around && { around }) }, calls);
}

const message = (content: string) => ({ content, role: 'user' });
function boundsOf({ config }: ActivityDeps): Bounds {
  const { turns, tokens, seconds, usd } = config.model.perTable;
  return { turns, tokens, seconds, usd: usd ?? null };
}

async function result(
  context: InferContext,
  question: Question,
  generation: number,
  outcome: ModelOutcome<Answer>,
  checked: CheckedReading | null,
  { spent, opened, reused }: Conversation,
  bound: Bound | null,
): Promise<TableRead> {
  if (checked === null) throw noAnswer(outcome, bound);
  const cited = claimsOf(context, question, checked.accepted);
  const { judged, unjudged } = await judge(context, question, generation, cited);
  const claims = judged?.claims ?? cited;
  const stated = new Set(claims.map(({ field }) => field));
  return {
    claims,
    rejected: checked.rejections,
    support: judged && { judged: judged.judged, unsupported: judged.unsupported, unclear: judged.unclear },
    unknown: fieldsAsked.filter((field) => !stated.has(claimFieldOf[field])),
    turns: spent.turns,
    bound,
    opened,
    reused: reused && (judged?.reused ?? true),
    unjudged,
  };
}

/** The answer is paid for: a judge that fails does not cost it. */
async function judge(
  ...asked: Parameters<typeof judgeSupport>
): Promise<{ judged: Judged | null; unjudged: UserError | null }> {
  try {
    return { judged: await judgeSupport(...asked), unjudged: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { judged: null, unjudged: error };
  }
}

function noAnswer(outcome: ModelOutcome<Answer>, bound: Bound | null): ModelError {
  switch (outcome.kind) {
    case 'refusal':
      return new ModelError(`The model refused: ${outcome.text}`);
    case 'incomplete':
      return new ModelError(`The model's answer was cut short (${outcome.reason}).`, {
        next: outcome.reason === 'max_output_tokens' ? 'Raise model.maxOutputTokens.' : '',
      });
    case 'malformed':
      return new ModelError(outcome.problem);
    default:
      return new ModelError('The model did not answer.', {
        next: bound === null ? '' : `Raise model.perTable.${bound}.`,
      });
  }
}
