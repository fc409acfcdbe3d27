/**
 * An answer as it streams in. Streamed, a long answer is told from a dead server by the events that keep coming; in one piece it would have to come
 * within the few minutes for which clients and proxies bear silence, and be paid for again when it does not.
 */
import { APIError, type OpenAI } from 'openai';
import { estimateTokens } from '../../inference/model/tokens.ts';
import { SystemError } from '../../schema/contracts/errors.ts';
import { ServerUnusable } from '../embed/server-unusable.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;
type Response = OpenAI.Responses.Response;

/**
 * Reads on to the event that holds the whole response; null: the stream ended without one. `heard` is called at once, and for every event with the number
 * of tokens that came until then, about. Of a server that answers with JSON in one piece that is the response. Throws `NoResponse` when it is neither.
 */
export async function lastResponse(
  events: AsyncIterable<Event>,
  answer: globalThis.Response,
  baseUrl: string,
  heard: (outputTokens: number) => void,
): Promise<Response | null> {
  const type = answer.headers.get('content-type') ?? '';
  const inOnePiece = type.includes('json');
  if (!inOnePiece && !type.includes('event-stream')) throw new NoResponse(baseUrl);
  let output = 0;
  heard(output);
  if (inOnePiece) return (await answer.json()) as Response;
  let last: Response | null = null;
  for await (const event of events) {
    output += said(event);
    heard(output);
    if (event.type === 'error') return failed(event);
    if (
      event.type === 'response.completed' ||
      event.type === 'response.incomplete' ||
      event.type === 'response.failed'
    )
      last = event.response;
  }
  return last;
}

/** Tokens of a part of the answer: words, arguments of a call, or reasoning as far as it is told. */
const said = (event: Event): number =>
  'delta' in event && typeof event.delta === 'string' ? estimateTokens(event.delta) : 0;

/** An error in mid-stream, in the shape of a response that failed. */
const failed = ({ code, message }: Extract<Event, { type: 'error' }>) =>
  ({
    id: '',
    status: 'failed',
    error: { code: code ?? 'server_error', message },
    output: [],
  }) as unknown as Response;

/** What came is no response of this API: it may be a proxy's page, and pass; or the address is none of a model server's. */
export class NoResponse extends SystemError {
  constructor(baseUrl: string) {
    super(`The model server at ${baseUrl} answered something that is no response.`, {
      next: 'Check OPENAI_BASE_URL: it usually ends in /v1.',
    });
  }
}

/** A server that does not speak the Responses API; null: the error is another one. A 404 about the model says so in its code. */
export function noResponsesApi(error: unknown, baseUrl: string): ServerUnusable | null {
  if (!(error instanceof APIError)) return null;
  const status = error.status as number | undefined;
  const absent = status === 405 || status === 501 || (status === 404 && error.code !== 'model_not_found');
  if (!absent) return null;
  return new ServerUnusable(
    `The model server at ${baseUrl} has no Responses API (POST /responses: ${status}).`,
    {
      next: 'The infer stage needs it: Chat Completions alone is not enough. Check that OPENAI_BASE_URL has its whole path, which usually ends in /v1; else use a server or gateway that offers /responses, or set model.enabled to false.',
    },
  );
}
