/** Turns texts into vectors: by an OpenAI-compatible server, or locally and labelled so. */
import OpenAI from 'openai';
import type { EmbeddingsConfig } from '../../schema/contracts/config.ts';
import { UserError } from '../../schema/contracts/errors.ts';
import { embedLocally, localEmbeddingModel, localNoise } from '../../knowledge/local-embedding.ts';
import { readable } from './readable.ts';

export interface Embedder {
  /** Names the vectors' space: vectors of different models are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** Cosine similarity up to which two texts have nothing in common; left out where the model does not tell. */
  readonly noise?: number;
  /** At most so many texts in one call. */
  readonly batch: number;
  /** One vector a text, in order, of length 1. Throws `RateLimited`, `SystemError` (try again) or `UserError`. */
  embed(
    texts: readonly string[],
    signal?: AbortSignal,
    /** Told the tokens that the server counted; not called where it does not say. */
    onTokens?: (tokens: number) => void,
  ): Promise<number[][]>;
}

export interface OpenAiAccess {
  readonly apiKey: string;
  /** Null: OpenAI's own server. */
  readonly baseUrl: string | null;
}

/** `auto` takes the server where a key is set. Throws a `UserError` when `openai` is asked for without one. */
export function createEmbedder(config: EmbeddingsConfig, access: OpenAiAccess | null): Embedder {
  if (config.provider === 'local' || (config.provider === 'auto' && access === null))
    return localEmbedder(config);
  if (access === null)
    throw new UserError('embeddings.provider is "openai", but OPENAI_API_KEY is not set.', {
      next: 'Set it, or use "local".',
    });
  return openAiEmbedder(config, access);
}

function localEmbedder(config: EmbeddingsConfig): Embedder {
  return {
    model: `${localEmbeddingModel}/${config.dimensions}`,
    dimensions: config.dimensions,
    noise: localNoise(config.dimensions),
    batch: 256,
    embed: (texts) => Promise.resolve(texts.map((text) => embedLocally(text, config.dimensions))),
  };
}

function openAiEmbedder(config: EmbeddingsConfig, access: OpenAiAccess): Embedder {
  const client = new OpenAI({
    apiKey: access.apiKey,
    baseURL: access.baseUrl,
    maxRetries: 0,
    timeout: 60_000,
  });
  return {
    model: `${config.name}/${config.dimensions}`,
    dimensions: config.dimensions,
    batch: 128,
    async embed(texts, signal, onTokens) {
      try {
        const response = await client.embeddings.create(
          { model: config.name, input: [...texts], dimensions: config.dimensions, encoding_format: 'float' },
          signal ? { signal } : {},
        );
        const used = (response as Partial<typeof response>).usage?.total_tokens;
        if (used !== undefined) onTokens?.(used);
        return inOrder(response.data, texts.length, config);
      } catch (error) {
        throw readable(error, config.name);
      }
    },
  };
}

function inOrder(data: readonly OpenAI.Embedding[], count: number, config: EmbeddingsConfig): number[][] {
  const vectors = new Array<number[] | undefined>(count);
  for (const { index, embedding } of data) vectors[index] = embedding;
  return vectors.map((vector) => {
    if (vector?.length !== config.dimensions) {
      throw new UserError(
        `The embeddings server answered ${data.length} vectors of ${vector?.length ?? 0} numbers for ${count} texts of ${config.dimensions}.`,
        {
          next: 'Set embeddings.dimensions to what the model gives.',
        },
      );
    }
    return vector;
  });
}
