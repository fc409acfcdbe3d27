/** `status`: what is under way and the latest runs, or the whole report of one. */
import type { Command } from 'commander';
import { oneLine } from '../../knowledge/plain-text.ts';
import type { Database } from '../../store/database.ts';
import { droppedNights } from '../../store/nights.ts';
import { listRuns, readRun, readStages, type StoredRun } from '../../store/runs.ts';
import { endedWell } from '../../schema/contracts/runs.ts';
import { measureChanges } from '../../activities/changes.ts';
import { changeLines } from '../change-lines.ts';
import { NothingFound } from '../exit.ts';
import { throwIfOverdue } from '../overdue.ts';
import { reportLines } from '../report-lines.ts';
import { pickRun } from '../run-name.ts';
import { tellRunning } from '../running-runs.ts';
import { withStore } from '../session.ts';
import { count, duration, openTerminal, type Terminal } from '../terminal.ts';
import { hours } from './hours.ts';
import { positiveInteger, settingsOf, withCommonOptions, type CommonOptions } from './options.ts';
import { repoNames } from './reading.ts';

interface StatusOptions extends CommonOptions {
  readonly repo?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly maxAge?: number;
}

export function registerStatus(program: Command): void {
  withCommonOptions(program.command('status'))
    .description(
      'show what is under way and the latest runs; or one run: live while it goes on, then its whole report',
    )
    .argument('[run]', 'a run’s or a workflow’s id, the start of one, or "last"')
    .option('--repo <name>', 'only runs of this repository')
    .option('--limit <n>', 'runs at most', positiveInteger, 10)
    .option('--all', 'with a run: everything that its night changed, as the ledger has it now')
    .option(
      '--max-age <age>',
      'end with code 5 when the last night that ended well is older, such as 26h',
      hours,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore status\n  $ tablelore status last --json\n  $ tablelore status --max-age 26h',
    )
    .action(async (id: string | undefined, options: StatusOptions) => {
      const terminal = openTerminal();
      const settings = settingsOf(options);
      const repo = options.repo ?? null;
      const looks = options.maxAge === undefined && options.all !== true;
      const running = looks && (await tellRunning(settings, id, options.json === true, terminal));
      if (running && id !== undefined) return;
      await withStore(settings, async (db) => {
        if (options.maxAge !== undefined) {
          const repos = repoNames(settings, options.repo);
          for (const line of await throwIfOverdue(db, repos, options.maxAge)) terminal.line(line);
          return;
        }
        if (id === undefined) {
          const runs = await listRuns(db, repo, options.limit);
          if (runs.length === 0 && !running)
            throw new NothingFound('No run yet. `tablelore nightly` starts one.');
          if (options.json) for (const run of runs) terminal.line(JSON.stringify(brief(run)));
          else if (runs.length > 0)
            for (const line of runLines(runs, terminal, await droppedNights(db))) terminal.line(line);
          return;
        }
        const runs = await namedRuns(db, repo, id);
        const nights = runs.filter((one) => one.id.startsWith(`${id}/`));
        if (nights.length > 1) {
          if (options.json) for (const night of nights) terminal.line(JSON.stringify(brief(night)));
          else for (const line of runLines(nights, terminal, await droppedNights(db))) terminal.line(line);
          return;
        }
        const run = (await readRun(db, id)) ?? pickRun(id, runs, (one) => one.id);
        if (options.all) {
          await printAllChanges(db, run, options.json === true, terminal);
          return;
        }
        const stages = run.report?.stages ?? (await readStages(db, run.id));
        if (options.json) terminal.line(JSON.stringify(run.report ?? { ...brief(run), stages }));
        else for (const line of reportLines(run, stages, terminal)) terminal.line(line);
      });
    });
}

/** Those whose ids begin so, or the last one; where there is none, all, so that those which come near can be told. */
async function namedRuns(db: Database, repo: string | null, id: string): Promise<StoredRun[]> {
  if (id === 'last') return listRuns(db, repo, 1);
  const runs = await listRuns(db, repo, 1_000, id);
  return runs.length > 0 ? runs : listRuns(db, repo, 1_000);
}

async function printAllChanges(
  db: Database,
  { id, repo, asOf }: StoredRun,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const changes = await measureChanges(db, { repo, asOf, run: id, most: Infinity });
  if (json) terminal.line(JSON.stringify(changes));
  else if (changes === null) terminal.line(`There is no night of ${repo} before ${asOf}.`);
  else for (const line of changeLines(changes, Infinity, '', terminal)) terminal.line(line);
}

const brief = ({
  id,
  workflow,
  repo,
  asOf,
  commit,
  status,
  startedAt,
  endedAt,
  report,
  reason,
}: StoredRun) => ({
  run: id,
  workflow,
  repo,
  asOf,
  commit,
  outcome: status,
  reason: report?.reason ?? reason,
  startedAt,
  endedAt,
  seconds: report?.seconds ?? null,
});

const colours: Readonly<Record<string, 'green' | 'red' | 'yellow' | 'cyan'>> = {
  published: 'green',
  unchanged: 'green',
  history: 'green',
  failed: 'red',
  cancelled: 'yellow',
  skipped: 'yellow',
  running: 'cyan',
};

/** A line a run: when, what, outcome, figures, id. `dropped`: nights that cannot be read any more. */
export function* runLines(
  runs: readonly StoredRun[],
  { style }: Pick<Terminal, 'style'>,
  dropped: readonly Pick<StoredRun, 'repo' | 'asOf'>[] = [],
): Generator<string> {
  const width = (text: (run: StoredRun) => string) => Math.max(...runs.map((run) => text(run).length));
  const [repoWidth, kindWidth] = [width((run) => run.repo), width((run) => run.workflow)];
  for (const run of runs) {
    const { report } = run;
    const time = `${run.startedAt.slice(0, 10)} ${run.startedAt.slice(11, 16)}`;
    const outcome = style(colours[run.status] ?? 'yellow', run.status.padEnd(9));
    const figures =
      report === null
        ? ''
        : `${endedWell(report) ? `${count(report.tables, 'table')}, ` : ''}${duration(report.seconds)}${report.quarantinedCount > 0 ? `, ${report.quarantinedCount} failed` : ''}`;
    yield `${time}  ${run.repo.padEnd(repoWidth)}  ${run.workflow.padEnd(kindWidth)}  ${run.asOf}  ${outcome}  ${figures}`;
    yield `  ${style('dim', run.id)}`;
    if (dropped.some(({ repo, asOf }) => repo === run.repo && asOf === run.asOf))
      yield `  ${style('dim', 'dropped since: nothing can be read as of that date')}`;
    const reason = report?.reason ?? run.reason;
    if (reason) yield `  ${oneLine(reason)}`;
  }
}
