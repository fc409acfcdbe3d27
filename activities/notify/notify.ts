/** The webhook's side of things: posting a notice, and watching for nights that are overdue. */
import { noticeOfOverdue } from '../../knowledge/report/notice.ts';
import { overdueNight } from '../../knowledge/report/overdue.ts';
import type { Notice } from '../../schema/contracts/notice.ts';
import { UserError } from '../../schema/contracts/errors.ts';
import { lastGoodNight } from '../../store/good-nights.ts';
import { repoConfig, type ActivityDeps } from '../deps.ts';
import { alive } from '../heartbeat.ts';
import { postNotice } from './post.ts';
import { tell } from './tell.ts';

export function notify({ config, webhookSecret }: ActivityDeps, notice: Notice): Promise<void> {
  return alive(async (signal) => {
    if (config.notify === undefined)
      throw new UserError('No webhook is configured.', { next: 'Set `notify.webhook`.' });
    const { webhook: url, timeoutSeconds } = config.notify;
    await postNotice({ url, secret: webhookSecret, timeoutMs: timeoutSeconds * 1_000 }, notice, signal);
  });
}

/** Tells of the repository's nights when they are overdue; returns what it found, in words. */
export function watch(deps: ActivityDeps, { repo }: { repo: string }): Promise<{ words: string }> {
  return alive(async () => {
    const { name } = repoConfig(deps, repo);
    const last = await lastGoodNight(deps.db, name);
    const maxHours = deps.config.notify?.overdueHours ?? Infinity;
    const { is, words } = overdueNight(name, last, maxHours, Date.now());
    if (is && last !== null) {
      const days = Math.floor((Date.now() - Date.parse(last.endedAt)) / 86_400_000);
      await tell(deps, noticeOfOverdue(name, last.asOf, words, days));
    }
    return { words };
  });
}
