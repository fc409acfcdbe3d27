/** A run's progress on the terminal: a table that is drawn again, or a plain line a finished stage where nobody watches. */
import { chunksInFlight } from '../workflows/pace.ts';
import type { Progress, StageProgress } from '../workflows/messages.ts';
import { indented } from './paragraph.ts';
import { bar, duration, liveArea, type Terminal } from './terminal.ts';
import { troubleLine, type Trouble } from './trouble.ts';

export interface ProgressView {
  /** `trouble`: what holds the run up; null: nothing. */
  show(progress: Progress, trouble: Trouble | null): void;
  end(): void;
}

export function progressView(terminal: Terminal): ProgressView {
  const area = liveArea(terminal);
  const told = new Set<string>();
  return {
    show(progress, trouble) {
      const held = trouble === null ? [] : indented(`! ${troubleLine(trouble, Date.now())}`, 0, terminal.width).map((line) => terminal.style('yellow', line)); // prettier-ignore
      if (terminal.live) area.draw([...table(progress, terminal), ...held]);
      else for (const line of [...news(progress, told), ...newTrouble(trouble, told)]) terminal.line(line);
    },
    end: () => area.keep(),
  };
}

const meaning: Readonly<Record<string, string>> = {
  crawl: 'list the files of the commit',
  parse: 'read each file once',
  link: 'join facts into tables',
  derive: 'prove grain, joins, lineage',
  observe: 'read query logs and notes',
  infer: 'ask the coding model',
  render: 'merge claims into cards',
  embed: 'turn cards into vectors',
  publish: 'make the night visible',
};

function table(progress: Progress, terminal: Terminal): string[] {
  const { style } = terminal;
  return [style('bold', heading(progress)), ...progress.stages.map((stage) => `  ${row(stage, terminal)}`)];
}

function heading({ repo, asOf, commit, nights, paused, speed }: Progress): string {
  const head =
    repo === null ? 'Starting' : `${repo} as of ${asOf ?? ''}, commit ${(commit ?? '').slice(0, 10)}`;
  const several = nights !== null && nights.total > 1;
  return [
    head,
    ...(several ? [`${nights.ended.length} of ${nights.total} nights done`] : []),
    ...(speed === chunksInFlight ? [] : [`${speed} chunks in flight`]),
    ...(paused ? ['paused'] : []),
  ].join(' · ');
}

/** Every stage on a line of its own, without colours: for a run that is looked at once. */
export function* progressLines(progress: Progress, now = Date.now()): Generator<string> {
  yield heading(progress);
  for (const stage of progress.stages) {
    const name = `  ${stage.stage.padEnd(8)}`;
    if (stage.state === 'skipped') yield `${name}  skipped: ${stage.skipped ?? ''}`;
    else if (stage.state === 'done') yield `${name}  done: ${outcome(stage).replace(/ +/g, ' ')}`;
    else if (stage.state === 'running') yield `${name}  running: ${underWay(stage, now) || 'begun'}`;
    else yield `${name}  waiting`;
  }
}

/** Units, rate, time left and failures of a stage that runs. Empty while its units are not known. */
function underWay({ done, reused, failed, left, total, since }: StageProgress, now: number): string {
  if (total === 0) return '';
  const units = done + reused + failed + left;
  const seconds = since === null ? 0 : (now - since) / 1_000;
  const rate = seconds > 0 ? units / seconds : 0;
  return [
    `${units} of ${total}`,
    ...(rate > 0 ? [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`] : []),
    ...(rate > 0 && units < total ? [`${duration((total - units) / rate)} left`] : []),
    ...(failed > 0 ? [`${failed} in quarantine`] : []),
  ].join(', ');
}

function row(stage: StageProgress, { style }: Terminal): string {
  const name = stage.stage.padEnd(8);
  if (stage.state === 'waiting') return style('dim', `· ${name}  ${meaning[stage.stage] ?? ''}`);
  if (stage.state === 'skipped')
    return `${style('yellow', '–')} ${name}  ${style('dim', `skipped: ${stage.skipped ?? ''}`)}`;
  if (stage.state === 'running') {
    const units = stage.done + stage.reused + stage.failed + stage.left;
    const shown =
      stage.total > 0
        ? `${bar(units, stage.total, 24)} ${underWay(stage, Date.now())}`
        : (meaning[stage.stage] ?? '');
    return `${style('cyan', '▸')} ${style('bold', name)}  ${shown}`;
  }
  return `${style('green', '✓')} ${name}  ${style('dim', outcome(stage))}`;
}

function outcome(stage: StageProgress): string {
  const parts = [`${stage.done} done`];
  if (stage.reused > 0) parts.push(`${stage.reused} unchanged`);
  if (stage.failed > 0) parts.push(`${stage.failed} failed`);
  if (stage.beyond) parts.push(`${stage.beyond} more for another night`);
  if (stage.left > 0) parts.push(`${stage.left} left: ${stage.stopped ?? 'the budget is spent'}`);
  return `${parts.join(', ').padEnd(30)} ${duration(stage.seconds)}`;
}

/** A line for each trouble that was not told before, however often it comes. */
function* newTrouble(trouble: Trouble | null, told: Set<string>): Generator<string> {
  if (trouble === null || told.has(trouble.name)) return;
  told.add(trouble.name);
  yield troubleLine(trouble, Date.now());
}

/** Lines for stages that ended since the last call. */
function* news(progress: Progress, told: Set<string>): Generator<string> {
  const night = `${progress.repo ?? ''} ${progress.asOf ?? ''}`;
  if (progress.repo !== null && !told.has(night)) {
    told.add(night);
    yield heading(progress);
  }
  for (const stage of progress.stages) {
    const key = `${night} ${stage.stage}`;
    if ((stage.state !== 'done' && stage.state !== 'skipped') || told.has(key)) continue;
    told.add(key);
    yield stage.state === 'skipped'
      ? `${stage.stage}: skipped, ${stage.skipped ?? ''}`
      : `${stage.stage}: ${outcome(stage).replace(/ +/g, ' ')}`;
  }
}
