/** The wire format of POST /responses: what a request must look like, and what an answer looks like. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { strictSchemaProblems } from '../../inference/model/strict-schema.ts';
import type { Step } from './scripted-model-server.ts';

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'developer', 'system']),
  content: z.union([z.string().min(1), z.array(inputText).min(1)]),
});
const callOutput = z.strictObject({
  type: z.literal('function_call_output'),
  call_id: z.string().min(1).max(64),
  output: z.string(),
});
/** What the server said in an earlier turn: held against what it said. Nothing is stored by it, so reasoning comes back whole or is of no use. */
const said = z.looseObject({ type: z.string(), id: z.string() });

const schemaOf = z.record(z.string(), z.unknown());
const name = z.string().regex(/^[\w-]{1,64}$/);
const functionTool = z.strictObject({
  type: z.literal('function'),
  name,
  description: z.string().min(1),
  strict: z.literal(true),
  parameters: schemaOf,
});

const requestSchema = z.strictObject({
  model: z.string().min(1),
  instructions: z.string().min(1),
  tools: z.array(functionTool).max(128),
  input: z.array(z.union([message, callOutput, said])).min(1),
  text: z.strictObject({
    format: z.strictObject({
      type: z.literal('json_schema'),
      name,
      strict: z.literal(true),
      schema: schemaOf,
    }),
  }),
  reasoning: z.strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']) }),
  temperature: z.number().min(0).max(2).optional(),
  max_output_tokens: z.int().min(16),
  include: z.tuple([z.literal('reasoning.encrypted_content')]),
  store: z.literal(false),
  stream: z.literal(true),
  context_management: z
    .tuple([z.strictObject({ type: z.literal('compaction'), compact_threshold: z.int().min(1_000) })])
    .optional(),
  tool_choice: z.enum(['auto', 'none']),
  prompt_cache_key: z.string().min(1).max(64),
});
export type ResponsesRequest = z.infer<typeof requestSchema>;
type Item = Readonly<Record<string, unknown>>;

/** The request, or null and a problem more. `spoken`: the output items of all answers so far. */
export function checkResponses(
  text: string,
  spoken: readonly Item[],
  problems: string[],
): ResponsesRequest | null {
  const parsed = requestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    problems.push(`a request to /responses is wrong: ${parsed.error.message}`);
    return null;
  }
  const { input, tools, text: wanted } = parsed.data;
  const wrong = [
    ...strictSchemaProblems(wanted.format.schema).map((problem) => `response_format: ${problem}`),
    ...tools.flatMap((tool) =>
      strictSchemaProblems(tool.parameters).map((problem) => `tool ${tool.name}: ${problem}`),
    ),
    ...inputProblems(input, spoken),
  ];
  problems.push(...wrong.map((problem) => `a request to /responses is wrong: ${problem}`));
  return wrong.length === 0 ? parsed.data : null;
}

/** Items of the server's own come back as they were; each call has one answer, behind it. */
function inputProblems(input: readonly Item[], spoken: readonly Item[]): string[] {
  const problems: string[] = [];
  const open = new Set<unknown>();
  for (const item of input) {
    if (item.type === 'function_call_output') {
      if (!open.delete(item.call_id))
        problems.push(`No tool call found for function call output ${String(item.call_id)}`);
    } else if (typeof item.id === 'string') {
      if (!spoken.some((one) => isDeepStrictEqual(one, item)))
        problems.push(`item ${item.id} is not what the server said`);
      if (item.type === 'function_call') open.add(item.call_id);
    }
  }
  return [...problems, ...[...open].map((id) => `No tool output found for function call ${String(id)}`)];
}

export type Spoken = Exclude<
  Step,
  { hang: true } | { drop: string } | { status: number } | { body: string } | { error: string }
>;

/** The response object of a step that speaks. */
export function answerBody(step: Spoken, request: ResponsesRequest, number: number) {
  const incomplete = 'incomplete' in step;
  const failed = 'failed' in step;
  const usage = { input: 1_000, cachedInput: 0, output: 200, reasoning: 50, ...step.usage };
  return {
    id: `resp_${number}`,
    object: 'response',
    created_at: 1_760_000_000 + number,
    status: failed ? 'failed' : incomplete ? 'incomplete' : 'completed',
    error: failed ? { code: step.failed, message: `Scripted failure: ${step.failed}` } : null,
    incomplete_details: incomplete ? { reason: step.incomplete } : null,
    instructions: request.instructions,
    max_output_tokens: request.max_output_tokens,
    model: request.model,
    output: failed ? [] : [reasoningItem(number), ...(step.also ?? []), ...spokenItems(step, number)],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key,
    reasoning: { ...request.reasoning, summary: null },
    store: false,
    temperature: 1,
    text: request.text,
    tool_choice: request.tool_choice,
    tools: request.tools,
    top_p: 1,
    truncation: 'disabled',
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cachedInput },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
    user: null,
    metadata: {},
  };
}

function reasoningItem(number: number): Item {
  return { id: `rs_${number}`, type: 'reasoning', summary: [], encrypted_content: `sealed-${number}` };
}

function spokenItems(step: Spoken, number: number): Item[] {
  if ('calls' in step)
    return step.calls.map(([tool, input], index) => ({
      id: `fc_${number}_${index}`,
      type: 'function_call',
      status: 'completed',
      call_id: `call_${number}_${index}`,
      name: tool,
      arguments: typeof input === 'string' ? input : JSON.stringify(input),
    }));
  const content =
    'refusal' in step
      ? { type: 'refusal', refusal: step.refusal }
      : { type: 'output_text', text: textOf(step), annotations: [], logprobs: [] };
  const status = 'incomplete' in step ? 'incomplete' : 'completed';
  return [{ id: `msg_${number}`, type: 'message', status, role: 'assistant', content: [content] }];
}

function textOf(step: Spoken): string {
  if ('answer' in step) return JSON.stringify(step.answer);
  if ('unstreamed' in step) return JSON.stringify(step.unstreamed);
  return 'text' in step ? (step.text ?? '') : '';
}
