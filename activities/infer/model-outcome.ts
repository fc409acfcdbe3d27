import type OpenAI from 'openai';
import type { z } from 'zod';

/** A tool that the model wants to be run. */
export interface ModelCall {
  /** Names the call in its answer. */
  readonly callId: string;
  readonly name: string;
  /** JSON, if the model kept to it. */
  readonly arguments: string;
}

/** How a turn ended. */
export type ModelOutcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** At least one; each must be answered before the next turn. */
  | { readonly kind: 'calls'; readonly calls: readonly ModelCall[] }
  | { readonly kind: 'refusal'; readonly text: string }
  /** The answer is cut short: `max_output_tokens`, `content_filter`, or what the server says. */
  | { readonly kind: 'incomplete'; readonly reason: string }
  /** The answer is not JSON, does not fit the contract, or is no answer. */
  | { readonly kind: 'malformed'; readonly problem: string; readonly text: string };

type Response = Pick<OpenAI.Responses.Response, 'status' | 'output' | 'error' | 'incomplete_details'>;

/**
 * Reads the output items of a response. A refusal anywhere refuses the whole; calls come before words, which are commentary then; else the last message
 * that is not commentary is the answer. Items of other types are carried along and say nothing here.
 */
export function readOutcome<T>(response: Response, contract: z.ZodType<T>): ModelOutcome<T> {
  if (response.status === 'failed')
    return { kind: 'refusal', text: response.error?.message ?? 'no reason given' };
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const refusal = parts.find((part) => part.type === 'refusal');
  if (refusal) return { kind: 'refusal', text: refusal.refusal };
  if (response.status === 'incomplete')
    return { kind: 'incomplete', reason: response.incomplete_details?.reason ?? 'no reason given' };
  const calls = response.output.flatMap((item): ModelCall[] =>
    item.type === 'function_call'
      ? [{ callId: item.call_id, name: item.name, arguments: item.arguments }]
      : [],
  );
  if (calls.length > 0) return { kind: 'calls', calls };
  return readAnswer(answerText(response.output), contract, response.output);
}

function answerText(output: readonly OpenAI.Responses.ResponseOutputItem[]): string {
  const last = output.findLast((item) => item.type === 'message' && item.phase !== 'commentary');
  if (last?.type !== 'message') return '';
  return last.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}

function readAnswer<T>(
  text: string,
  contract: z.ZodType<T>,
  output: readonly OpenAI.Responses.ResponseOutputItem[],
): ModelOutcome<T> {
  if (text === '') {
    const others = [...new Set(output.map(({ type }) => type).filter((type) => type !== 'reasoning'))];
    const instead = others.length > 0 ? `, but ${others.join(', ')}` : '';
    return { kind: 'malformed', problem: `The answer holds no text${instead}.`, text };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { kind: 'malformed', problem: `The answer is not JSON: ${(error as Error).message}`, text };
  }
  const parsed = contract.safeParse(json);
  if (parsed.success) return { kind: 'answer', value: parsed.data };
  const issues = parsed.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { kind: 'malformed', problem: `The answer does not fit its contract: ${issues.join('; ')}`, text };
}
