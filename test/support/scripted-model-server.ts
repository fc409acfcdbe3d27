/**
 * A model server that follows a script, strictly: a request that breaks the wire format, that no step expects or that lacks the key is answered
 * with an error and makes `close` throw, and so does a step that nobody consumed.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { z } from 'zod';
import { eventsOf, eventText } from '../../cli/model-bridge/stream.ts';
import { answerEmbeddings, checkEmbeddings } from './scripted-embeddings.ts';
import { answerBody, checkResponses, type ResponsesRequest } from './scripted-responses.ts';

/** What the server does with one request to /responses. */
export type Step = {
  /** Which request it is for: text that the input must hold. Absent: the next one, whatever it asks. */
  readonly when?: string;
  readonly usage?: Partial<ScriptedUsage>;
  /** Output items before what is said, of types that nobody asked for. */
  readonly also?: readonly Readonly<Record<string, unknown>>[];
  /** Headers of an answer that is no error. */
  readonly with?: Readonly<Record<string, string>>;
} & (
  | { readonly answer: unknown }
  /** The message's text as it is, for answers that are not JSON or do not fit the schema. */
  | { readonly text: string }
  | { readonly refusal: string }
  | { readonly incomplete: 'max_output_tokens' | 'content_filter'; readonly text?: string }
  /** Calls tools in place of an answer: name and arguments; a text is sent as it is. */
  | { readonly calls: readonly (readonly [name: string, input: object | string])[] }
  /** Status 200, but the response itself failed. */
  | { readonly failed: string }
  /** Status 200, but an error in the middle of the stream. */
  | { readonly error: string }
  /** Answers with JSON in one piece, as servers do that do not stream. */
  | { readonly unstreamed: unknown }
  | {
      readonly status: number;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** In place of the error object. */
      readonly body?: string;
    }
  /** Status 200 with this text in place of JSON. */
  | { readonly body: string; readonly contentType?: string }
  /** Ends the connection before anything was sent, or in the middle of the body. */
  | { readonly drop: 'before' | 'within' }
  /** Never answers. */
  | { readonly hang: true }
);

export interface ScriptedUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface ScriptedModelServer {
  /** For `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Bodies of the requests to /responses, in order, also of those that failed. */
  readonly requests: readonly ResponsesRequest[];
  /** The texts of each call to /embeddings. */
  readonly embeddingCalls: readonly (readonly string[])[];
  /** Everything that came over the wire, as text. */
  readonly wire: readonly string[];
  /** Adds steps to the end of the script. */
  script(...steps: readonly Step[]): void;
  /** Resolves when that many requests to /responses have come. */
  received(count: number): Promise<void>;
  /** Whether the client left a request that was under way. */
  readonly abandoned: () => number;
  /** Stops. Throws when a request was wrong or unexpected, or a step is left over. */
  close(): Promise<void>;
}

export interface ScriptedModelOptions {
  readonly steps?: readonly Step[];
  /** What is done when no step fits. Absent: the request is unexpected. */
  readonly otherwise?: (request: ResponsesRequest) => Step;
  /** A server that refuses to compact conversations. Default: one that takes the wish, and compacts where a step says so. */
  readonly refusesCompaction?: boolean;
  /** `chat`: a server that offers Chat Completions and embeddings only. Default: `responses`. */
  readonly api?: 'responses' | 'chat';
}

export async function startScriptedModelServer(
  options: ScriptedModelOptions = {},
): Promise<ScriptedModelServer> {
  const apiKey = 'test-key';
  const steps = [...(options.steps ?? [])];
  const requests: ResponsesRequest[] = [];
  const spoken: Readonly<Record<string, unknown>>[] = [];
  const embeddingCalls: string[][] = [];
  const wire: string[] = [];
  const problems: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let abandoned = 0;

  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      problems.push(String(error));
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    wire.push(text);
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return sendError(response, 401, 'invalid_api_key', 'Incorrect API key provided.');
    const route = `${request.method} ${request.url}`;
    if (route === 'POST /v1/embeddings') return serveEmbeddings(text, response);
    if (route === 'POST /v1/responses' && options.api !== 'chat') return serveResponses(text, response);
    if (options.api !== 'chat') problems.push(`unexpected route ${route}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}');
  }

  function serveEmbeddings(text: string, response: ServerResponse): void {
    const request = checkEmbeddings(text, problems);
    if (!request) return sendError(response, 400, 'invalid_request_error', problems.at(-1) ?? '');
    embeddingCalls.push(request.input);
    sendJson(response, answerEmbeddings(request));
  }

  function serveResponses(text: string, response: ServerResponse): void {
    const request = checkResponses(text, spoken, problems);
    if (!request) return sendError(response, 400, 'invalid_request_error', problems.at(-1) ?? '');
    if (options.refusesCompaction && request.context_management)
      return sendError(response, 400, 'unknown_parameter', "Unknown parameter: 'context_management'.");
    requests.push(request);
    for (const one of waiting.filter(({ count }) => requests.length >= count)) one.resolve();
    const input = JSON.stringify(request.input);
    const index = steps.findIndex(({ when }) => when === undefined || input.includes(when));
    const step = index < 0 ? options.otherwise?.(request) : steps.splice(index, 1)[0];
    if (step) return perform(step, request, response);
    problems.push(`no step is left for request ${requests.length}: ${input.slice(0, 200)}`);
    sendError(response, 400, 'unexpected_request', 'The script has no step for this request.');
  }

  function perform(step: Step, request: ResponsesRequest, response: ServerResponse): void {
    response.on('close', () => {
      if (!response.writableFinished && 'hang' in step) abandoned += 1;
    });
    if ('hang' in step) return;
    const stream = { 'content-type': 'text/event-stream', 'x-request-id': 'req_scripted', ...step.with };
    if ('drop' in step) {
      if (step.drop === 'before') return void response.destroy();
      response.writeHead(200, stream);
      response.write('event: response.created\ndata: {"type":', () => response.destroy());
      return;
    }
    if ('status' in step) return sendStatus(step, response);
    if ('body' in step) {
      response.writeHead(200, { 'content-type': step.contentType ?? 'application/json' }).end(step.body);
      return;
    }
    if ('error' in step) return void response.writeHead(200, stream).end(errorEvent(step.error));
    const answer = 'unstreamed' in step ? step.unstreamed : 'answer' in step ? step.answer : undefined;
    if (answer !== undefined) {
      const fit = z.fromJSONSchema(request.text.format.schema).safeParse(answer);
      if (!fit.success) problems.push(`a scripted answer does not fit the schema: ${fit.error.message}`);
    }
    if ('calls' in step && request.tool_choice === 'none')
      problems.push('a scripted call answers a request that forbids calls');
    const body = answerBody(step, request, requests.length);
    spoken.push(...body.output);
    if ('unstreamed' in step) return sendJson(response, body);
    response.writeHead(200, stream);
    for (const event of eventsOf(body)) response.write(event);
    response.end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey,
    requests,
    embeddingCalls,
    wire,
    script: (...more) => void steps.push(...more),
    received: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    abandoned: () => abandoned,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const left = steps.map((step) => `unconsumed step: ${JSON.stringify(step).slice(0, 200)}`);
      const all = [...problems, ...left];
      if (all.length > 0) throw new Error(`The model's script was not followed:\n${all.join('\n')}`);
    },
  };
}

/** An error in place of the rest of the answer. */
const errorEvent = (code: string): string =>
  eventText({ type: 'error', code, message: `Scripted error: ${code}`, param: null, sequence_number: 2 });

function sendJson(response: ServerResponse, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'x-request-id': 'req_scripted' };
  response.writeHead(200, headers).end(JSON.stringify(body));
}

function sendStatus(step: Extract<Step, { status: number }>, response: ServerResponse): void {
  if (step.body === undefined)
    return sendError(response, step.status, step.code ?? null, `Scripted ${step.status}.`, step.headers);
  response.writeHead(step.status, { 'content-type': 'text/plain', ...step.headers }).end(step.body);
}

function sendError(
  response: ServerResponse,
  status: number,
  code: string | null,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const error = { message, type: 'invalid_request_error', param: null, code };
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ error }));
}
