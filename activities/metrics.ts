/** Counters of what activities do, for the worker's metrics; nothing is kept when the worker exports none. */
import { metricMeter } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ChunkResult, RunHandle, RunSummary, StageActivities } from './contract.ts';
import type { Embedder } from './embed/embedder.ts';
import type { ModelClient } from './infer/model-client.ts';

const add = (name: string, value: number, tags: Record<string, string>, about: string): void => {
  if (value > 0) metricMeter.createCounter(name, undefined, about).add(value, tags);
};

/** Counts units by stage and result (files parsed, tables derived, cards rendered), failed attempts by fault, and nights by outcome. */
export function withMetrics(activities: StageActivities): StageActivities {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const run = activity as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        try {
          const result = await run(...args);
          if (name === 'finishRun') countRun(args[0] as RunHandle, result as RunSummary);
          else if (isChunk(result)) countUnits(name, result);
          return result;
        } catch (error) {
          const fault = error instanceof ApplicationFailure ? (error.type ?? 'Error') : 'Error';
          add('tablelore_failures', 1, { activity: name, fault }, 'Attempts of activities that failed');
          throw error;
        }
      },
    ];
  });
  return Object.fromEntries(wrapped) as StageActivities;
}

function isChunk(result: unknown): result is ChunkResult {
  return typeof result === 'object' && result !== null && 'done' in result && 'reused' in result;
}

function countUnits(stage: string, units: ChunkResult): void {
  for (const result of ['done', 'reused', 'failed'] as const)
    add('tablelore_units', units[result], { stage, result }, 'Files, tables or texts that a stage went over');
}

function countRun({ repo, table }: RunHandle, { outcome, tables, quarantined }: RunSummary): void {
  const kind = table === null ? 'night' : 'table';
  add('tablelore_runs', 1, { repo, kind, outcome }, 'Runs that ended');
  if (kind === 'table') return;
  const gauge = (name: string, value: number, about: string) =>
    metricMeter.createGauge(name, 'int', undefined, about).set(value, { repo });
  gauge('tablelore_tables', tables, 'Tables of the last night that this worker ended');
  gauge('tablelore_quarantined', quarantined, 'Tables that failed in the last night that this worker ended');
  if (outcome === 'published' || outcome === 'unchanged')
    gauge('tablelore_last_good_night_timestamp_seconds', Math.floor(Date.now() / 1_000), 'When a night last ended well on this worker'); // prettier-ignore
}

export const meteredModel = (client: ModelClient): ModelClient => ({
  ...client,
  respond: (async (...args: Parameters<ModelClient['respond']>) => {
    const { model } = client;
    const about = 'Calls of the coding model';
    try {
      const turn = await client.respond(...args);
      add('tablelore_model_calls', 1, { model, result: 'answered' }, about);
      const { input, cachedInput, output } = turn.usage;
      for (const [kind, tokens] of Object.entries({ input: input - cachedInput, cached_input: cachedInput, output }))
        add('tablelore_model_tokens', tokens, { model, kind }, 'Tokens of the coding model');
      return turn;
    } catch (error) {
      add('tablelore_model_calls', 1, { model, result: 'failed' }, about);
      throw error;
    }
  }) as ModelClient['respond'],
}); // prettier-ignore

export const meteredEmbedder = (embedder: Embedder): Embedder => ({
  ...embedder,
  async embed(texts, signal, onTokens) {
    const { model } = embedder;
    const about = 'Calls that embed texts';
    try {
      const vectors = await embedder.embed(texts, signal, (tokens) => {
        add('tablelore_embedding_tokens', tokens, { model }, 'Tokens of embedded texts');
        onTokens?.(tokens);
      });
      add('tablelore_embedding_calls', 1, { model, result: 'answered' }, about);
      add('tablelore_embedding_texts', texts.length, { model }, 'Texts that were given a vector');
      return vectors;
    } catch (error) {
      add('tablelore_embedding_calls', 1, { model, result: 'failed' }, about);
      throw error;
    }
  },
});
