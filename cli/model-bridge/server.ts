/** A model server behind which a person or a program sits: Responses and Embeddings, answered from files. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { z } from 'zod';
import { estimateTokens } from '../../inference/model/tokens.ts';
import { embeddingsRequest, readAnswer, readVectors, responsesRequest, type EmbeddingsRequest, type ResponsesRequest } from './answers.ts'; // prettier-ignore
import { openExchangeFolder } from './exchange-files.ts';
import { requestText } from './request-text.ts';
import { eventsOf, eventText } from './stream.ts';

export interface ModelBridge {
  /** For `OPENAI_BASE_URL`. Any key will do. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

export interface ModelBridgeOptions {
  readonly dir: string;
  /** 0: a free one. */
  readonly port: number;
  /** Told of each request that waits, and of each answer that does not fit, with what is wrong. */
  readonly tell: (name: string, problem: string | null) => void;
  /** Milliseconds between signs of life to a client that waits for a stream. Default: 20,000. */
  readonly aliveMs?: number;
}

/** Listens on 127.0.0.1. Rejects when the port is taken. */
export async function startModelBridge(options: ModelBridgeOptions): Promise<ModelBridge> {
  const { dir, port, tell, aliveMs = 20_000 } = options;
  const folder = openExchangeFolder(dir, tell);
  const closing = new AbortController();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    const body = await textOf(request);
    const route = `${request.method} ${request.url}`;
    if (route === 'POST /v1/responses') {
      const asked = readRequest(responsesRequest, body);
      return 'problem' in asked ? refuse(response, 400, asked.problem) : respond(asked.value, body, response, signal); // prettier-ignore
    }
    if (route === 'POST /v1/embeddings') {
      const asked = readRequest(embeddingsRequest, body);
      return 'problem' in asked ? refuse(response, 400, asked.problem) : embed(asked.value, body, response, signal); // prettier-ignore
    }
    refuse(response, 404, `There is no ${route}. There are POST /v1/responses and POST /v1/embeddings.`);
  }

  async function respond(
    request: ResponsesRequest,
    body: string,
    response: ServerResponse,
    signal: AbortSignal,
  ) {
    const exchange = folder.begin(body, (name) => requestText(request, name));
    const alive = request.stream ? keepAlive(response, exchange.name, aliveMs) : null;
    try {
      const output = await exchange.answer((text) => readAnswer(text, request, exchange.name), signal);
      const answer = responseBody(request, body, exchange.name, output);
      if (!request.stream) return sendJson(response, 200, answer);
      for (const event of eventsOf(answer)) response.write(event);
      response.end();
    } finally {
      clearInterval(alive ?? undefined);
    }
  }

  async function embed(
    request: EmbeddingsRequest,
    body: string,
    response: ServerResponse,
    signal: AbortSignal,
  ) {
    const exchange = folder.begin(body, (name) => `Write \`${name}\`: \`{"embeddings": [[…], …]}\`, ${request.input.length} vectors of ${request.dimensions ?? 'equally many'} numbers.`); // prettier-ignore
    const vectors = await exchange.answer((text) => readVectors(text, request), signal);
    const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
    const tokens = estimateTokens(request.input.join('\n'));
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    sendJson(response, 200, { object: 'list', data, model: request.model, usage });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (closing.signal.aborted || response.destroyed) return;
      // A stream that has begun can only break off.
      if (response.headersSent) response.destroy();
      else refuse(response, 500, String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Begins the stream and goes on with events that say nothing: a client takes a silent server for dead. */
function keepAlive(response: ServerResponse, name: string, everyMs: number): NodeJS.Timeout {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = eventText({
    type: 'response.in_progress',
    response: { id: `resp_${name}`, status: 'in_progress', output: [] },
  });
  response.write(event);
  return setInterval(() => response.write(event), everyMs);
}

/** Tokens are estimates: nobody counts them here. */
function responseBody(
  { model, stream: _, input: __, ...rest }: ResponsesRequest,
  body: string,
  name: string,
  output: readonly Readonly<Record<string, unknown>>[],
) {
  const [input, said] = [estimateTokens(body), estimateTokens(JSON.stringify(output))];
  return {
    ...rest,
    id: `resp_${name}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1_000),
    model,
    status: 'completed',
    error: null,
    incomplete_details: null,
    output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: said,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + said,
    },
  };
}

function readRequest<T>(shape: z.ZodType<T>, body: string): { value: T } | { problem: string } {
  try {
    const parsed = shape.safeParse(JSON.parse(body));
    if (parsed.success) return { value: parsed.data };
    return {
      problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    };
  } catch (error) {
    return { problem: `The request is not JSON: ${(error as Error).message}` };
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code: null } });
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
