/** The wire format of POST /embeddings. */
import { createHash } from 'node:crypto';
import { z } from 'zod';

const requestSchema = z.strictObject({
  model: z.string().min(1),
  input: z.array(z.string().min(1)).min(1).max(2_048),
  dimensions: z.int().positive(),
  encoding_format: z.literal('float'),
});
type EmbeddingsRequest = z.infer<typeof requestSchema>;

/** The request, or null and a problem more. */
export function checkEmbeddings(text: string, problems: string[]): EmbeddingsRequest | null {
  const parsed = requestSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  problems.push(`a request to /embeddings is wrong: ${parsed.error.message}`);
  return null;
}

/** Vectors last to first: the order is told by `index` alone. */
export function answerEmbeddings({ model, input, dimensions }: EmbeddingsRequest): unknown {
  const tokens = input.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  const data = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: scriptedVector(text, dimensions),
  }));
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { object: 'list', data: data.reverse(), model, usage };
}

/** Each word has a direction of its own; a text's vector is their sum, of length 1. So texts that share words are near. */
export function scriptedVector(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\d]+/gu) ?? ['']) {
    const hash = createHash('sha256').update(word).digest();
    for (let at = 0; at < 8; at += 1) {
      const axis = hash.readUInt16LE(at * 2) % dimensions;
      vector[axis] = (vector[axis] ?? 0) + ((hash[16 + at] ?? 0) & 1 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((part) => part / length);
}
