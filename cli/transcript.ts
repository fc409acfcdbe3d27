/** A stored conversation with the model as people and programs look at it. Pure. */
import type { Rejection } from '../inference/model/check-citations.ts';
import type { Span } from '../inference/model/shown.ts';
import type { StoredTurn } from '../activities/infer/claimed-call.ts';
import type { Added } from '../activities/infer/exchange.ts';
import type { InferOutput } from '../activities/infer/infer-output.ts';
import type { JudgingRow, TranscriptRow } from '../store/transcripts.ts';

export interface TranscriptCall {
  readonly tool: string;
  /** As the model wrote them: JSON, if it kept to it. */
  readonly arguments: string;
  /** Null: the next turn was not taken yet. */
  readonly answer: string | null;
}

export interface TranscriptTurn {
  /** From 1. */
  readonly turn: number;
  readonly status: 'open' | 'done' | 'failed';
  readonly at: string;
  readonly run: string;
  /** Our messages of this turn: the dossier, a correction, that it is the last turn. */
  readonly told: readonly string[];
  /** Lines that this turn showed, in messages and answers of tools. */
  readonly shown: readonly Span[];
  /** Statements of the answer before that did not hold. */
  readonly rejected: readonly Rejection[];
  /** What was said before was put shorter: by the server, or because notes were asked for. */
  readonly compacted: boolean;
  /** The bound for which it is the last turn; null: none. */
  readonly closing: string | null;
  /** `calls`, `answer`, `refusal`, `incomplete`, `malformed`, or `error` of a call that failed; null: it is open. */
  readonly outcome: string | null;
  /** The reason of a refusal or failure; null: there is none. */
  readonly reason: string | null;
  readonly calls: readonly TranscriptCall[];
  /** The answer as the model gave it; null: this turn had none. */
  readonly answer: unknown;
  /** Null: the server never answered. */
  readonly tokens: StoredTurn<unknown>['usage'] | null;
  readonly seconds: number;
  readonly costUsd: number | null;
}

export interface TranscriptEnd {
  readonly claims: number;
  readonly rejected: readonly Rejection[];
  readonly unknown: readonly string[];
  readonly bound: string | null;
}

/** A second model's verdicts on an answer. */
export interface TranscriptJudging extends TranscriptTurn {
  readonly model: string;
}

export const readJudgings = (rows: readonly JudgingRow[]): TranscriptJudging[] =>
  rows.map((row) => ({ ...readTurn(row, undefined), model: row.model }));

export const readEnd = (output: InferOutput, claims: number): TranscriptEnd => ({
  claims,
  rejected: [...output.rejected, ...(output.support?.unsupported ?? [])],
  unknown: output.unknown,
  bound: output.bound,
});

export function readTranscript(rows: readonly TranscriptRow[]): TranscriptTurn[] {
  return rows.map((row, index) => readTurn(row, rows[index + 1]));
}

function readTurn(row: TranscriptRow, next: TranscriptRow | undefined): TranscriptTurn {
  const added = row.request as Added;
  const done = row.status === 'done' ? (row.response as StoredTurn<unknown>) : null;
  const failed = row.status === 'failed' ? (row.response as { error: string }) : null;
  const outcome = done?.outcome;
  const answers = outputsOf(next);
  return {
    turn: row.turn + 1,
    status: row.status,
    at: row.at,
    run: row.run,
    told: added.input.flatMap(({ role, content }) => (role === 'user' ? [String(content)] : [])),
    shown: added.shown,
    rejected: added.rejected,
    compacted: added.notes || (done?.items.some(({ type }) => type === 'compaction') ?? false),
    closing: added.closing,
    outcome: failed ? 'error' : (outcome?.kind ?? null),
    reason: failed ? failed.error : outcome ? reasonOf(outcome) : null,
    calls:
      outcome?.kind === 'calls'
        ? outcome.calls.map((call) => ({
            tool: call.name,
            arguments: call.arguments,
            answer: answers.get(call.callId) ?? null,
          }))
        : [],
    answer: outcome?.kind === 'answer' ? outcome.value : null,
    tokens: done?.usage ?? null,
    seconds: added.seconds + (done?.seconds ?? 0),
    costUsd: row.costUsd,
  };
}

function outputsOf(row: TranscriptRow | undefined): Map<string, string> {
  const input = row === undefined ? [] : (row.request as Added).input;
  return new Map(
    input.flatMap((item) =>
      item.type === 'function_call_output' ? [[String(item.call_id), String(item.output)] as const] : [],
    ),
  );
}

function reasonOf(outcome: StoredTurn<unknown>['outcome']): string | null {
  switch (outcome.kind) {
    case 'refusal':
      return outcome.text;
    case 'incomplete':
      return outcome.reason;
    case 'malformed':
      return outcome.problem;
    default:
      return null;
  }
}
