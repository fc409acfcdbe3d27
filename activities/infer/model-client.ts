/** One turn with a coding model, over the Responses API of an OpenAI-compatible server. */
import OpenAI, { APIError } from 'openai';
import type { z } from 'zod';
import { strictSchema } from '../../inference/model/strict-schema.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { SystemError, UserError } from '../../schema/contracts/errors.ts';
import type { OpenAiAccess } from '../embed/embedder.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import { readable } from '../embed/readable.ts';
import { readOutcome, type ModelOutcome } from './model-outcome.ts';

/** What the model is told by us, or an item of an earlier turn's output, carried over as it came. */
export type ModelInputItem =
  { readonly role: 'user'; readonly content: string } | Readonly<Record<string, unknown>>;

export interface ModelRequest<T> {
  /** The fixed text before everything else. */
  readonly instructions: string;
  /** Oldest first. A later turn repeats the earlier ones unchanged and adds to them: so the server's cache of prefixes is hit. */
  readonly input: readonly ModelInputItem[];
  readonly contract: z.ZodType<T>;
  /** Names the contract for the server: letters, digits, `_` and `-`. */
  readonly contractName: string;
}

/** Tokens. `cachedInput` is part of `input`, `reasoning` part of `output`. All 0 when the server does not say. */
export interface ModelUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What came back. Plain JSON. */
export interface ModelTurn<T> {
  readonly responseId: string;
  readonly outcome: ModelOutcome<T>;
  /** Everything that the model said, reasoning included (encrypted): the next turn's input starts with it. */
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly usage: ModelUsage;
}

export interface ModelClient {
  readonly model: string;
  readonly effort: string;
  readonly maxOutputTokens: number;
  /**
   * Asks once; nothing is retried here and nothing is stored by the server. A refusal, an answer cut short and one that does not fit the contract are
   * outcomes. Throws `RateLimited` (wait), `SystemError` (try again), `UserError` (wrong key, model, address or setting), and
   * what the SDK throws when `signal` is aborted.
   */
  respond<T>(request: ModelRequest<T>, signal?: AbortSignal): Promise<ModelTurn<T>>;
}

export interface ModelClientOptions {
  /** Milliseconds until a call that has no answer is given up. Default: 290,000, just below Node's own limit of 300,000 for a silent server. */
  readonly timeoutMs?: number;
}

export function createModelClient(
  config: Pick<ModelConfig, 'name' | 'effort' | 'maxOutputTokens'>,
  access: OpenAiAccess,
  { timeoutMs = 290_000 }: ModelClientOptions = {},
): ModelClient {
  const { name: model, effort, maxOutputTokens } = config;
  const client = new OpenAI({
    apiKey: access.apiKey,
    baseURL: access.baseUrl,
    maxRetries: 0,
    timeout: timeoutMs + 1_000,
  });

  async function ask(
    request: ModelRequest<unknown>,
    signal: AbortSignal,
  ): Promise<OpenAI.Responses.Response> {
    return client.responses.create(
      {
        model,
        instructions: request.instructions,
        input: request.input as unknown as OpenAI.Responses.ResponseInput,
        text: {
          format: {
            type: 'json_schema',
            name: request.contractName,
            strict: true,
            schema: strictSchema(request.contract),
          },
        },
        reasoning: { effort },
        max_output_tokens: maxOutputTokens,
        include: ['reasoning.encrypted_content'],
        store: false,
      },
      { signal },
    );
  }

  return {
    model,
    effort,
    maxOutputTokens,
    async respond(request, signal) {
      const timer = AbortSignal.timeout(timeoutMs);
      try {
        const response = await ask(request, signal ? AbortSignal.any([signal, timer]) : timer);
        return readTurn(response, request.contract, model);
      } catch (error) {
        if (timer.aborted && !signal?.aborted)
          throw new SystemError(`${model} did not answer within ${Math.round(timeoutMs / 1_000)} seconds.`);
        throw noResponse(error, client.baseURL) ?? readable(error, model);
      }
    },
  };
}

function readTurn<T>(
  response: OpenAI.Responses.Response,
  contract: z.ZodType<T>,
  model: string,
): ModelTurn<T> {
  if (!Array.isArray((response as Partial<typeof response> | null)?.output)) throw new NoResponse();
  if (response.status === 'failed') {
    const { code, message } = response.error ?? { code: 'server_error', message: 'no reason given' };
    if (code === 'rate_limit_exceeded') throw new RateLimited(`The model server limits ${model}.`, null);
    if (code === 'server_error') throw new SystemError(`The model server failed while answering: ${message}`);
  }
  const { usage } = response;
  return {
    responseId: response.id,
    outcome: readOutcome(response, contract),
    items: response.output as unknown as Readonly<Record<string, unknown>>[],
    usage: {
      input: usage?.input_tokens ?? 0,
      cachedInput: usage?.input_tokens_details?.cached_tokens ?? 0,
      output: usage?.output_tokens ?? 0,
      reasoning: usage?.output_tokens_details?.reasoning_tokens ?? 0,
    },
  };
}

class NoResponse extends TypeError {}

/**
 * A server that does not speak the Responses API; null: the error is another one. A 404 about the model says so in its code. What is answered in its
 * place (a proxy's page of HTML, say) makes the SDK throw a TypeError; those of a broken connection have a cause.
 */
function noResponse(error: unknown, baseUrl: string): UserError | null {
  if (error instanceof TypeError && error.cause === undefined)
    return new UserError(`The model server at ${baseUrl} answered something that is no response.`, {
      next: 'Check OPENAI_BASE_URL: it usually ends in /v1.',
    });
  if (!(error instanceof APIError)) return null;
  const status = error.status as number | undefined;
  const absent = status === 405 || status === 501 || (status === 404 && error.code !== 'model_not_found');
  if (!absent) return null;
  return new UserError(`The model server at ${baseUrl} has no Responses API (POST /responses: ${status}).`, {
    next: 'The infer stage needs it: Chat Completions alone is not enough. Use a server or gateway that offers /responses, or set model.enabled to false.',
  });
}
