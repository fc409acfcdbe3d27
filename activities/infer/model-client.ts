/** One turn with a coding model, over the Responses API of an OpenAI-compatible server. */
import OpenAI from 'openai';
import type { z } from 'zod';
import { strictSchema } from '../../inference/model/strict-schema.ts';
import type { ToolDefinition } from '../../inference/model/tools.ts';
import { canonicalJson } from '../../knowledge/canonical-json.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { SystemError } from '../../schema/contracts/errors.ts';
import type { OpenAiAccess } from '../embed/embedder.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import { readable } from '../embed/readable.ts';
import { readOutcome, type ModelOutcome } from './model-outcome.ts';
import { lastResponse, NoResponse, noResponsesApi } from './model-stream.ts';
import { readServerLimits, type ServerLimits } from './server-limits.ts';

/** A message, the answer to a call, or an item of an earlier turn's output, carried over as it came. */
export type ModelInputItem = Readonly<Record<string, unknown>>;

export interface ModelRequest<T> {
  /** The fixed text before everything else. */
  readonly instructions: string;
  readonly tools: readonly ToolDefinition[];
  readonly contract: z.ZodType<T>;
  /** Names the contract for the server: letters, digits, `_` and `-`. */
  readonly contractName: string;
  /** Oldest first. A later turn repeats the earlier ones unchanged and adds to them: so the server's cache of prefixes is hit. */
  readonly input: readonly ModelInputItem[];
  /** Whether the model may call tools in this turn. */
  readonly mayCall: boolean;
  /** Requests with the same key begin alike: the server brings them to the same cache. */
  readonly cacheKey: string;
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
  /** Everything that the model said, reasoning included (encrypted): the next turn's input starts with it. Keys in one order for good. */
  readonly items: readonly ModelInputItem[];
  readonly usage: ModelUsage;
  /** What the server said of its limits. */
  readonly limits: ServerLimits;
}

export interface ModelClient {
  readonly model: string;
  readonly effort: string;
  /** Null: the server's own. */
  readonly temperature: number | null;
  readonly maxOutputTokens: number;
  readonly baseUrl: string;
  /**
   * Asks once (of a server that refuses to compact, once more without that, from then on); nothing else is retried here and nothing is stored by the server. A refusal, an answer cut short and one that does not fit the contract are
   * outcomes. Throws `RateLimited` (wait), `SystemError` (try again), `UserError` (wrong key, model, address or setting), and
   * what the SDK throws when `signal` is aborted. `heard`: told once the server has begun to answer, and then with every part, about how many tokens came:
   * what was paid for when the call breaks off.
   */
  respond<T>(
    request: ModelRequest<T>,
    signal?: AbortSignal,
    heard?: (outputTokens: number) => void,
  ): Promise<ModelTurn<T>>;
}

export interface ModelClientOptions {
  /** Milliseconds of silence after which a call is given up. Default: 290,000, just below Node's own limit of 300,000. */
  readonly silenceMs?: number;
}

export function createModelClient(
  config: Pick<ModelConfig, 'name' | 'effort' | 'temperature' | 'maxOutputTokens' | 'compactAtTokens'>,
  access: OpenAiAccess,
  { silenceMs = 290_000 }: ModelClientOptions = {},
): ModelClient {
  const { name: model, effort, temperature = null, maxOutputTokens, compactAtTokens } = config;
  /** Until the server refuses it. */
  let compacts = true;
  const client = new OpenAI({
    apiKey: access.apiKey,
    baseURL: access.baseUrl,
    maxRetries: 0,
    timeout: silenceMs + 1_000,
    logLevel: 'off',
  });

  /** What is the same for all tables and turns stands first, then the input that only grows, then what differs. */
  const body = (request: ModelRequest<unknown>) => ({
    model,
    instructions: request.instructions,
    tools: request.tools as unknown as OpenAI.Responses.Tool[],
    text: {
      format: {
        type: 'json_schema' as const,
        name: request.contractName,
        strict: true,
        schema: strictSchema(request.contract),
      },
    },
    reasoning: { effort },
    ...(temperature !== null && { temperature }),
    max_output_tokens: maxOutputTokens,
    include: ['reasoning.encrypted_content' as const],
    store: false,
    stream: true as const,
    ...(compacts && { context_management: [{ type: 'compaction', compact_threshold: compactAtTokens }] }),
    input: request.input as unknown as OpenAI.Responses.ResponseInput,
    tool_choice: request.mayCall ? ('auto' as const) : ('none' as const),
    prompt_cache_key: request.cacheKey,
  });

  return {
    model,
    effort,
    temperature,
    maxOutputTokens,
    baseUrl: client.baseURL,
    async respond(request, signal, heard = () => {}) {
      const wished = compacts;
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(), silenceMs);
      try {
        const options = { signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal };
        const { data, response } = await client.responses.create(body(request), options).withResponse();
        const last = await lastResponse(data, response, client.baseURL, (output) => {
          timer.refresh();
          heard(output);
        });
        options.signal.throwIfAborted();
        return readTurn(last, request.contract, model, client.baseURL, readServerLimits(response.headers));
      } catch (error) {
        if (wished && refusesCompaction(error)) {
          compacts = false;
          return await this.respond(request, signal, heard);
        }
        if (silence.signal.aborted && !signal?.aborted)
          throw new SystemError(`${model} was silent for ${Math.round(silenceMs / 1_000)} seconds.`);
        throw noResponsesApi(error, client.baseURL) ?? readable(error, model);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Servers that know no compaction mostly ignore the wish; a strict one names it. */
const refusesCompaction = (error: unknown): boolean =>
  error instanceof OpenAI.APIError &&
  ((error.status as number | undefined) === 400 || (error.status as number | undefined) === 422) &&
  `${error.param ?? ''} ${error.message}`.includes('context_management');

function readTurn<T>(
  response: OpenAI.Responses.Response | null,
  contract: z.ZodType<T>,
  model: string,
  baseUrl: string,
  limits: ServerLimits,
): ModelTurn<T> {
  if (response === null) throw new SystemError(`The model server broke off its answer to ${model}.`);
  if (!Array.isArray((response as Partial<typeof response>).output)) throw new NoResponse(baseUrl);
  if (response.status === 'failed') {
    const { code, message } = response.error ?? { code: 'server_error', message: 'no reason given' };
    if (code === 'rate_limit_exceeded') throw new RateLimited(`The model server limits ${model}.`, null);
    if (code === 'server_error') throw new SystemError(`The model server failed while answering: ${message}`);
  }
  const { usage } = response;
  return {
    responseId: response.id,
    outcome: readOutcome(response, contract),
    items: JSON.parse(canonicalJson(response.output)) as ModelInputItem[],
    usage: {
      input: usage?.input_tokens ?? 0,
      cachedInput: usage?.input_tokens_details?.cached_tokens ?? 0,
      output: usage?.output_tokens ?? 0,
      reasoning: usage?.output_tokens_details?.reasoning_tokens ?? 0,
    },
    limits,
  };
}
