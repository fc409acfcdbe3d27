import { proxyActivities } from '@temporalio/workflow';
import type { StageActivities } from '../activities/contract.ts';
import type { Notice } from '../schema/contracts/notice.ts';
import { message } from './activity-options.ts';

const activities = proxyActivities<StageActivities>(message);

/** Posts one notice to the webhook, again and again for a day. Started by activities; a night does not wait for it. */
export const notify = (notice: Notice): Promise<void> => activities.notify(notice);
