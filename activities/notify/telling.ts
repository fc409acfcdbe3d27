import { noticeOfFalseStart, noticeOfSkip } from '../../knowledge/report/notice.ts';
import { isTableloreError } from '../../schema/contracts/errors.ts';
import type { BeginResult, BeginRun } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { tell } from './tell.ts';

/** Has the webhook told of a night that is skipped, or fails for good, before it has a report. */
export async function telling(
  deps: ActivityDeps,
  request: BeginRun,
  begin: () => Promise<BeginResult>,
): Promise<BeginResult> {
  try {
    const result = await begin();
    if ('skipped' in result) await tell(deps, noticeOfSkip(request, result.skipped));
    return result;
  } catch (error) {
    if (request.table === null && isTableloreError(error) && !error.retry)
      await tell(deps, noticeOfFalseStart(request));
    throw error;
  }
}
