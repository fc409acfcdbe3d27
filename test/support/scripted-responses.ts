/** The wire format of POST /responses: what a request must look like, and what an answer looks like. */
import { z } from 'zod';
import { strictSchemaProblems } from '../../inference/model/strict-schema.ts';
import type { Step } from './scripted-model-server.ts';

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'developer', 'system']),
  content: z.union([z.string().min(1), z.array(inputText).min(1)]),
});
const spokenMessage = z.looseObject({
  type: z.literal('message'),
  role: z.literal('assistant'),
  id: z.string(),
  content: z.array(z.looseObject({ type: z.enum(['output_text', 'refusal']) })),
});
/** Nothing is stored by the server, so a reasoning item comes back whole or is of no use. */
const reasoning = z.looseObject({
  type: z.literal('reasoning'),
  id: z.string(),
  encrypted_content: z.string().min(1),
});

const requestSchema = z.strictObject({
  model: z.string().min(1),
  instructions: z.string().min(1),
  input: z.array(z.union([message, spokenMessage, reasoning])).min(1),
  text: z.strictObject({
    format: z.strictObject({
      type: z.literal('json_schema'),
      name: z.string().regex(/^[\w-]{1,64}$/),
      strict: z.literal(true),
      schema: z.record(z.string(), z.unknown()),
    }),
  }),
  reasoning: z.strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']) }),
  max_output_tokens: z.int().min(16),
  include: z.tuple([z.literal('reasoning.encrypted_content')]),
  store: z.literal(false),
});
export type ResponsesRequest = z.infer<typeof requestSchema>;

/** The request, or null and a problem more. */
export function checkResponses(text: string, problems: string[]): ResponsesRequest | null {
  const parsed = requestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    problems.push(`a request to /responses is wrong: ${parsed.error.message}`);
    return null;
  }
  const wrong = strictSchemaProblems(parsed.data.text.format.schema);
  if (wrong.length === 0) return parsed.data;
  problems.push(`Invalid schema for response_format: ${wrong.join('; ')}`);
  return null;
}

type Spoken = Exclude<Step, { hang: true } | { drop: string } | { status: number } | { body: string }>;

/** The response object of a step that speaks. */
export function answerBody(step: Spoken, request: ResponsesRequest, number: number): unknown {
  const incomplete = 'incomplete' in step;
  const failed = 'failed' in step;
  const usage = {
    input: 1_000,
    cachedInput: 0,
    output: 200,
    reasoning: 50,
    ...('usage' in step ? step.usage : {}),
  };
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
    output: failed ? [] : [reasoningItem(number), ...spokenItems(step, number)],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { ...request.reasoning, summary: null },
    store: false,
    temperature: 1,
    text: request.text,
    tool_choice: 'auto',
    tools: [],
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

function reasoningItem(number: number) {
  return { id: `rs_${number}`, type: 'reasoning', summary: [], encrypted_content: `sealed-${number}` };
}

function spokenItems(step: Spoken, number: number): unknown[] {
  if ('call' in step) {
    const call = { id: `fc_${number}`, call_id: `call_${number}`, name: step.call, arguments: '{}' };
    return [{ ...call, type: 'function_call', status: 'completed' }];
  }
  const content =
    'refusal' in step
      ? { type: 'refusal', refusal: step.refusal }
      : { type: 'output_text', text: textOf(step), annotations: [], logprobs: [] };
  const status = 'incomplete' in step ? 'incomplete' : 'completed';
  return [{ id: `msg_${number}`, type: 'message', status, role: 'assistant', content: [content] }];
}

function textOf(step: Spoken): string {
  if ('answer' in step) return JSON.stringify(step.answer);
  return 'text' in step ? (step.text ?? '') : '';
}
