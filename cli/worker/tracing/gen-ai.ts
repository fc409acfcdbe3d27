/** Spans of what is asked of models and run for them, by OpenTelemetry's conventions for generative AI. No prompt, answer or argument is in them. */
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { ActivityDeps } from '../../../activities/deps.ts';
import type { Embedder } from '../../../activities/embed/embedder.ts';
import type { ModelClient } from '../../../activities/infer/model-client.ts';
import type { ModelOutcome } from '../../../activities/infer/model-outcome.ts';

const tracer = trace.getTracer('tablelore');

export const tracedModel = (client: ModelClient): ModelClient => ({
  ...client,
  respond: ((...args: Parameters<ModelClient['respond']>) => {
    const asked = {
      ...operation('chat', client.model),
      ...serverOf(client.baseUrl),
      'gen_ai.output.type': 'json',
      'gen_ai.request.max_tokens': client.maxOutputTokens,
      'gen_ai.request.stream': true,
      'openai.api.type': 'responses',
      ...(client.temperature !== null && { 'gen_ai.request.temperature': client.temperature }),
    };
    return spanned(`chat ${client.model}`, SpanKind.CLIENT, asked, async (span) => {
      const turn = await client.respond(...args);
      const { responseId, outcome, usage } = turn;
      span.setAttributes({
        'gen_ai.response.id': responseId,
        'gen_ai.response.finish_reasons': [finishReason(outcome)],
        'gen_ai.usage.input_tokens': usage.input,
        'gen_ai.usage.cache_read.input_tokens': usage.cachedInput,
        'gen_ai.usage.output_tokens': usage.output,
        'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
      });
      return turn;
    });
  }) as ModelClient['respond'],
});

export const tracedEmbedder = (embedder: Embedder): Embedder => ({
  ...embedder,
  embed: (texts, signal, onTokens) => {
    const model = requestModel(embedder);
    const asked = {
      ...operation('embeddings', model),
      'gen_ai.embeddings.dimension.count': embedder.dimensions,
      'tablelore.texts': texts.length,
    };
    return spanned(`embeddings ${model}`, SpanKind.CLIENT, asked, (span) =>
      embedder.embed(texts, signal, (tokens) => {
        span.setAttribute('gen_ai.usage.input_tokens', tokens);
        onTokens?.(tokens);
      }),
    );
  },
});

/** The model as the server is asked for it: an embedder's name names the dimensions of its vectors, too. */
const requestModel = ({ model, dimensions }: Embedder): string =>
  model.endsWith(`/${dimensions}`) ? model.slice(0, model.lastIndexOf('/')) : model;

/** A tool is named as the model called it only where there is such a tool: names are the model's own words otherwise. */
export const tracedTool: NonNullable<ActivityDeps['aroundTool']> = ({ name, callId }, work) =>
  spanned(
    `execute_tool ${name}`,
    SpanKind.INTERNAL,
    {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': callId,
    },
    work,
  );

/** In the words that other servers' answers end with. */
const finishReason = (outcome: ModelOutcome<unknown>): string => {
  if (outcome.kind === 'incomplete')
    return outcome.reason === 'max_output_tokens' ? 'length' : outcome.reason;
  return { answer: 'stop', malformed: 'stop', calls: 'tool_calls', refusal: 'refusal' }[outcome.kind];
};

function serverOf(baseUrl: string): Attributes {
  const { hostname, port, protocol } = new URL(baseUrl);
  return { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'http:' ? 80 : 443) };
}

const operation = (name: string, model: string): Attributes => ({
  'gen_ai.operation.name': name,
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': model,
});

function spanned<T>(
  name: string,
  kind: SpanKind,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, { kind, attributes });
  return context.with(trace.setSpan(context.active(), span), async () => {
    try {
      return await work(span);
    } catch (error) {
      const { name: type } = error as Error;
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR, message: type });
      throw error;
    } finally {
      span.end();
    }
  });
}
