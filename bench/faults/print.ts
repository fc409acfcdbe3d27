/** Kills as lines and as tables. */
import { table } from '../repository/print.ts';
import { parts, placeName } from './plan.ts';
import type { KillEnd } from './run.ts';

export function killLine({ kill, at, ended, differences }: KillEnd): string {
  const where = at === null ? `not met (planned in ${placeName(kill.place)})` : placeName(at);
  return [`${kill.victim} | ${where} | ${ended} | ${differences.length === 0 ? 'same rows' : 'rows differ'}`, ...differences].join('\n  '); // prettier-ignore
}

/** Kills by victim and stage, and what ended otherwise than undisturbed. */
export function killsAsMarkdown(ends: readonly KillEnd[], troubles: readonly string[]): string {
  const done = ends.filter(({ at }) => at !== null);
  const count = (part: string | null, victim: string | null) =>
    done.filter(({ kill, at }) => (part === null || at?.part === part) && (victim === null || kill.victim === victim)).length; // prettier-ignore
  const victims = [...new Set(ends.map(({ kill }) => kill.victim))].sort();
  const rows = [...parts, null].map((part) => [part ?? 'all', ...[...victims, null].map((victim) => String(count(part, victim)))]); // prettier-ignore
  const different = done.filter(({ differences }) => differences.length > 0);
  return [
    `${done.length} faults, ${done.length - different.length} with the same rows as an undisturbed run`,
    ...table(['stage', ...victims, 'all'], rows),
    '',
    ...different.map(killLine),
    ...troubles,
  ].join('\n');
}
