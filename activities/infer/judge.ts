/** The model that judges the answers of the other one. */
import { supportVersion } from '../../inference/model/support.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { hashOf } from '../hash.ts';
import type { ModelClient } from './model-client.ts';

/** The judge's settings in the place of the model's; null: nobody is to judge. Limits are the model's, each counted by itself where the judge has another name. */
export function judgeConfig(model: ModelConfig): ModelConfig | null {
  const { enabled, name = model.name, effort, maxOutputTokens } = model.support;
  if (!enabled) return null;
  const { prices: asModel, ...rest } = model;
  const prices = model.support.prices ?? (name === model.name ? asModel : undefined);
  return { ...rest, name, effort, maxOutputTokens, ...(prices && { prices }) };
}

/** Names who judges an answer; empty: nobody. It is part of what an answer is kept under. */
export const judgeName = (judge: Pick<ModelClient, 'model' | 'effort'> | null | undefined): string =>
  judge ? hashOf([supportVersion, judge.model, judge.effort]).slice(0, 8) : '';
