/** Asks the model about one table, checks what it cites, and asks once more where it does not hold. */
import {
  checkCitations,
  pathsCited,
  tablesNamed,
  type CheckedAgainst,
  type CheckedReading,
  type Rejection,
} from '../../inference/model/check-citations.ts';
import { correctionText, instructions, promptVersion } from '../../inference/model/instructions.ts';
import { tableReadingSchema, type TableReading } from '../../inference/model/output-contract.ts';
import { toClaims } from '../../inference/model/to-claims.ts';
import { redactClaim } from '../../knowledge/redact.ts';
import { ModelError } from '../../schema/contracts/errors.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { CitedCode } from './cited-code.ts';
import { takeTurn, type Turn } from './exchange.ts';
import type { Ledger } from './ledger.ts';
import type { ModelClient, ModelInputItem } from './model-client.ts';
import type { ModelOutcome } from './model-outcome.ts';
import type { Question } from './questions.ts';
import { dossierMessages } from './table-dossier.ts';

export interface InferContext {
  readonly deps: ActivityDeps & { readonly model: ModelClient };
  readonly handle: RunHandle;
  readonly code: CitedCode;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

/** Output of the stage for one table. */
export interface InferOutput {
  /** Statements that did not hold, of the last turn. */
  readonly rejected: readonly Rejection[];
  /** Fields about which the model found nothing in the code. */
  readonly unknown: readonly string[];
  readonly turns: number;
}

export interface TableRead extends InferOutput {
  readonly claims: readonly NewClaim[];
  /** No turn was paid for. */
  readonly reused: boolean;
}

/** Throws a `ModelError` when the first turn gives no answer; a second turn without one leaves what the first one proved. */
export async function readTable(
  context: InferContext,
  question: Question,
  generation: number,
): Promise<TableRead> {
  const { deps, handle, code, signal } = context;
  const key = {
    repo: handle.repo,
    table: question.table,
    model: deps.model.model,
    promptVersion,
    inputHash: question.inputHash,
    generation,
  };
  const ask = (turn: number, input: readonly ModelInputItem[], added: readonly ModelInputItem[]) =>
    takeTurn(
      deps,
      handle.run,
      { ...key, turn },
      { instructions, input, contract: tableReadingSchema, contractName: 'table_reading' },
      added,
      signal,
    );

  const dossier = await dossierMessages(deps, question, code);
  const turns: Turn<TableReading>[] = [await ask(0, dossier, dossier)];
  let checked = await check(context, question, answerOf(turns[0]?.outcome));
  if (checked.rejections.length > 0) {
    const correction: ModelInputItem = { role: 'user', content: correctionText(checked.rejections) };
    const again = await ask(1, [...dossier, ...(turns[0]?.items ?? []), correction], [correction]);
    turns.push(again);
    if (again.outcome.kind === 'answer') checked = await check(context, question, again.outcome.value);
  }
  return {
    claims: claimsOf(context, question, checked.accepted),
    rejected: checked.rejections,
    unknown: checked.accepted.unknown,
    turns: turns.length,
    reused: turns.every((turn) => turn.stored),
  };
}

function answerOf(outcome: ModelOutcome<TableReading> | undefined): TableReading {
  switch (outcome?.kind) {
    case 'answer':
      return outcome.value;
    case 'refusal':
      throw new ModelError(`The model refused: ${outcome.text}`);
    case 'incomplete':
      throw new ModelError(`The model's answer was cut short (${outcome.reason}).`, {
        next: outcome.reason === 'max_output_tokens' ? 'Raise model.maxOutputTokens.' : '',
      });
    default:
      throw new ModelError(outcome?.problem ?? 'The model did not answer.');
  }
}

async function check(
  context: InferContext,
  { table }: Question,
  reading: TableReading,
): Promise<CheckedReading> {
  const { code, ledger } = context;
  const files = new Map<string, readonly string[] | null>();
  for (const path of pathsCited(reading)) files.set(path, await code.lines(path));
  const columns = await ledger.columnsOf([table, ...tablesNamed(reading).flatMap((name) => ledger.resolve(name) ?? [])]); // prettier-ignore
  const against: CheckedAgainst = {
    table,
    linesOf: (path) => files.get(path) ?? null,
    resolve: ledger.resolve,
    columnsOf: (of) => columns.get(of) ?? null,
  };
  return checkCitations(reading, against);
}

function claimsOf(
  { code, ledger }: InferContext,
  { table, similar }: Question,
  accepted: TableReading,
): NewClaim[] {
  return toClaims(accepted, {
    table,
    blobOf: (path) => code.blobOf(path) ?? '',
    resolve: ledger.resolve,
    pathOf: ledger.pathOf,
    likenessOf: (other) => similar.find((one) => one.table === other)?.likeness ?? 0,
  }).map(redactClaim);
}
