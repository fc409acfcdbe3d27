import { proxyActivities } from '@temporalio/workflow';
import type { StageActivities } from '../activities/contract.ts';
import { bookkeeping } from './activity-options.ts';

const activities = proxyActivities<StageActivities>(bookkeeping);

/** Looks whether the nights of a repository are overdue. Started every hour by a schedule of its own. */
export const watch = (input: { repo: string }): Promise<{ words: string }> => activities.watch(input);
