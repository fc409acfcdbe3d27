/** A run's progress as the Temporal UI shows it, in Markdown. Pure. */
import type { Progress } from './messages.ts';

/** Nights that are told one by one; of longer backfills these are the last ones. */
const nightsShown = 30;

export function detailsOf(progress: Progress): string {
  const { stages, nights } = progress;
  const rows = stages.map(
    (s) =>
      `| ${s.stage} | ${s.state} | ${s.done + s.reused + s.failed} / ${s.total} | ${s.reused} | ${s.failed} |`,
  );
  const ended = nights === null || nights.total < 2 ? [] : nights.ended.slice(-nightsShown);
  return [
    headOf(progress),
    '',
    '| stage | state | units | reused | failed |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ...(ended.length > 0 ? ['', '| night | repo | outcome |', '| --- | --- | --- |'] : []),
    ...ended.map((n) => `| ${n.asOf} | ${n.repo} | ${n.outcome}${n.reason === null ? '' : `: ${n.reason}`} |`), // prettier-ignore
  ].join('\n');
}

function headOf({ repo, asOf, nights, paused, speed }: Progress): string {
  const what = repo === null ? 'Starting' : `**${repo}** as of **${asOf ?? ''}**`;
  const which = nights === null || nights.total < 2 ? '' : `, ${nights.ended.length} of ${nights.total} nights done`; // prettier-ignore
  return `${what}${which}, at most ${speed} chunks in flight${paused ? ' (paused)' : ''}`;
}
