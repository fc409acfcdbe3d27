/** What `nightly`, and `start` for its first night, ask for. */
import { createHash } from 'node:crypto';
import { dayIn } from '../activities/plan.ts';
import type { NightlyInput } from '../schema/contracts/runs.ts';
import type { RunRequest } from './run-watch.ts';

/** Under one name for the same night with the same limits: while it is under way, the same command again joins it. */
export function nightRequest(input: NightlyInput, timeZone: string, now = Date.now()): RunRequest {
  const { asOf = dayIn(timeZone, now), ...limits } = input;
  const parts = ['nightly-by-hand', asOf, ...(Object.keys(limits).length === 0 ? [] : [inputName(limits)])];
  return { workflow: 'nightly', workflowId: parts.join('-'), input };
}

/** The same for the same input, so that the same command again is the same run. */
export const inputName = (input: object): string =>
  createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 6);
