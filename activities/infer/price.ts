/** What tokens of the model cost. */
import type { CallCost } from '../../store/model-calls.ts';
import type { ActivityDeps } from '../deps.ts';
import type { ModelUsage } from './model-client.ts';

export type Prices = ActivityDeps['config']['model']['prices'];

export const noUsage: ModelUsage = { input: 0, cachedInput: 0, output: 0, reasoning: 0 };

export function costOf(usage: ModelUsage, prices: Prices): CallCost {
  const { input, cachedInput, output } = usage;
  return {
    inputTokens: input,
    cachedInputTokens: cachedInput,
    outputTokens: output,
    costUsd: priceOf(usage, prices),
  };
}

/** US dollars; null where prices are not configured. */
export function priceOf(usage: Omit<ModelUsage, 'reasoning'>, prices: Prices): number | null {
  if (prices === undefined) return null;
  const { input, cachedInput, output } = usage;
  return (
    ((input - cachedInput) * prices.input + cachedInput * prices.cachedInput + output * prices.output) / 1e6
  );
}
