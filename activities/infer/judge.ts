/** The model that judges the answers of the other one. */
import { supportVersion } from '../../inference/model/support.ts';
import type { ModelConfig } from '../../schema/contracts/config.ts';
import { hashOf } from '../hash.ts';
import type { ModelClient } from './model-client.ts';

/** The judge's settings in the place of the model's; null: nobody is to judge. Limits are the model's, each counted by itself where the judge has another name. */
export function judgeConfig(model: ModelConfig): ModelConfig | null {
  const { enabled, name = model.name, effort, temperature, maxOutputTokens } = model.support;
  if (!enabled) return null;
  const { prices: asModel, temperature: _ofModel, ...rest } = model;
  const prices = model.support.prices ?? (name === model.name ? asModel : undefined);
  return {
    ...{ ...rest, name, effort, maxOutputTokens },
    ...(temperature !== undefined && { temperature }),
    ...(prices && { prices }),
  };
}

/** Names who judges an answer; empty: nobody. It is part of what an answer is kept under. */
export const judgeName = (
  judge: Pick<ModelClient, 'model' | 'effort' | 'temperature'> | null | undefined,
): string =>
  judge ? hashOf([supportVersion, judge.model, judge.effort, ...settingsOf(judge)]).slice(0, 8) : '';

/** What is part of a question beside model and effort; empty where it is the server's own. */
export const settingsOf = ({ temperature }: Pick<ModelClient, 'temperature'>): number[] =>
  temperature === null ? [] : [temperature];
