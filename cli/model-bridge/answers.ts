/** What a person or program answers in place of a model, held against the request. Pure. */
import { z } from 'zod';

const jsonSchema = z.record(z.string(), z.unknown());

/** A request to /responses, as far as an answer depends on it. */
export const responsesRequest = z.looseObject({
  model: z.string(),
  instructions: z.string().default(''),
  input: z.array(z.record(z.string(), z.unknown())),
  tools: z.array(z.looseObject({ name: z.string(), description: z.string().default(''), parameters: jsonSchema })).default([]), // prettier-ignore
  tool_choice: z.unknown().optional(),
  text: z.looseObject({ format: z.looseObject({ schema: jsonSchema.optional() }) }).optional(),
  stream: z.boolean().default(false),
});
export type ResponsesRequest = z.infer<typeof responsesRequest>;

export const embeddingsRequest = z.looseObject({
  model: z.string(),
  input: z.array(z.string()).min(1),
  dimensions: z.int().positive().optional(),
});
export type EmbeddingsRequest = z.infer<typeof embeddingsRequest>;

/** `problem`: what is wrong with the answer, for its author. */
type Read<T> = { readonly value: T } | { readonly problem: string };
type Item = Readonly<Record<string, unknown>>;

const calls = z.array(z.strictObject({ tool: z.string(), input: z.record(z.string(), z.unknown()) })).min(1);
const kinds = ['answer', 'calls', 'refusal'] as const;

/** Reads `{"answer": …}`, `{"calls": [{"tool", "input"}]}` or `{"refusal": "…"}` as output items. `name` makes their ids unique. */
export function readAnswer(text: string, request: ResponsesRequest, name: string): Read<Item[]> {
  const json = parse(text);
  if ('problem' in json) return json;
  const given = kinds.filter((kind) => kind in json.value);
  const [kind] = given;
  if (kind === undefined || given.length > 1 || Object.keys(json.value).length > 1)
    return { problem: 'Give an object with one of "answer", "calls" and "refusal", and nothing else.' };
  const said = json.value[kind];
  if (kind === 'calls') return readCalls(said, request, name);
  if (kind === 'refusal') {
    if (typeof said !== 'string' || said === '') return { problem: 'refusal: Give a text.' };
    return { value: [message(name, { type: 'refusal', refusal: said })] };
  }
  const schema = request.text?.format.schema;
  const problem = schema === undefined ? null : misfit(schema, said, 'answer');
  if (problem !== null) return { problem };
  const words = typeof said === 'string' && schema === undefined ? said : JSON.stringify(said);
  return { value: [message(name, { type: 'output_text', text: words, annotations: [], logprobs: [] })] };
}

function readCalls(said: unknown, { tools, tool_choice }: ResponsesRequest, name: string): Read<Item[]> {
  if (tool_choice === 'none') return { problem: 'calls: This turn allows no tools. Give an "answer".' };
  const parsed = calls.safeParse(said);
  if (!parsed.success) return { problem: issuesOf(parsed.error, 'calls') };
  const problems = parsed.data.flatMap(({ tool, input }, index) => {
    const known = tools.find((each) => each.name === tool);
    if (known === undefined)
      return `calls.${index}: There is no tool ${tool}. There are ${tools.map((each) => each.name).join(', ')}.`;
    return misfit(known.parameters, input, `calls.${index}.input`) ?? [];
  });
  if (problems.length > 0) return { problem: problems.join('\n') };
  return {
    value: parsed.data.map(({ tool, input }, index) => ({
      id: `fc_${name}_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: `call_${name}_${index}`,
      name: tool,
      arguments: JSON.stringify(input),
    })),
  };
}

const message = (name: string, part: Item): Item => ({
  id: `msg_${name}`,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [part],
});

/** Reads `{"embeddings": [[…], …]}`: one vector a text, of the length asked for. */
export function readVectors(text: string, request: EmbeddingsRequest): Read<number[][]> {
  const json = parse(text);
  if ('problem' in json) return json;
  const parsed = z.strictObject({ embeddings: z.array(z.array(z.number()).min(1)) }).safeParse(json.value);
  if (!parsed.success) return { problem: issuesOf(parsed.error, '') };
  const { embeddings } = parsed.data;
  if (embeddings.length !== request.input.length)
    return { problem: `embeddings: ${embeddings.length} vectors for ${request.input.length} texts.` };
  const length = request.dimensions ?? embeddings[0]?.length;
  const odd = embeddings.findIndex((vector) => vector.length !== length);
  if (odd >= 0) return { problem: `embeddings.${odd}: ${embeddings[odd]?.length} numbers in place of ${length}.` }; // prettier-ignore
  return { value: embeddings };
}

function parse(text: string): Read<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
    return { problem: 'The file holds no JSON object.' };
  } catch (error) {
    return { problem: `The file is not JSON: ${(error as Error).message}` };
  }
}

function misfit(schema: Record<string, unknown>, value: unknown, at: string): string | null {
  const fit = z.fromJSONSchema(schema).safeParse(value);
  return fit.success ? null : issuesOf(fit.error, at);
}

const mostIssues = 20;
const issuesOf = ({ issues }: z.ZodError, at: string): string =>
  issues
    .slice(0, mostIssues)
    .map(({ path, message: says }) => `${[at, ...path].filter((part) => part !== '').join('.')}: ${says}`)
    .join('\n');
