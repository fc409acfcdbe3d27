/** What nights would do and cost, without doing them: dry runs of `nightly` and `backfill`. */
import { proxyActivities } from '@temporalio/workflow';
import type { RunPreview, NightPreview, PreviewRequest, StageActivities } from '../activities/contract.ts';
import { wholeStage } from './activity-options.ts';
import type { Night } from './nights.ts';
import { previewInWords } from './preview-words.ts';

const { preview } = proxyActivities<StageActivities>(wholeStage);

/** `extent`: how much of each night is wanted. Its `usd` is for all nights together. */
export async function previewed(
  nights: readonly Night[],
  extent: Omit<PreviewRequest, keyof Night>,
): Promise<RunPreview> {
  const previews: NightPreview[] = [];
  for (const night of nights) previews.push(await preview({ ...night, ...extent }));
  return { inWords: previewInWords(previews, extent.usd), nights: previews };
}
