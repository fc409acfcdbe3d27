/** Whether nights are overdue, for monitors outside: they see it also when no worker and no Temporal server runs. */
import { overdueNight } from '../knowledge/report/overdue.ts';
import type { Database } from '../store/database.ts';
import { lastGoodNight } from '../store/good-nights.ts';

/** A night that should have ended well by now has not. */
export class Overdue extends Error {}

/** A line a repository; throws `Overdue` when any is. */
export async function throwIfOverdue(
  db: Database,
  repos: readonly string[],
  maxHours: number,
): Promise<string[]> {
  const lines: string[] = [];
  const overdue: string[] = [];
  for (const repo of repos) {
    const { words, is } = overdueNight(repo, await lastGoodNight(db, repo), maxHours, Date.now());
    (is ? overdue : lines).push(words);
  }
  if (overdue.length > 0) throw new Overdue(overdue.join('\n'));
  return lines;
}
