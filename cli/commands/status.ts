/** `status`: the latest runs, or the whole report of one. */
import type { Command } from 'commander';
import { oneLine } from '../../knowledge/plain-text.ts';
import type { StageReport } from '../../schema/contracts/runs.ts';
import { listRuns, readRun, readStages, type RunStage, type StoredRun } from '../../store/runs.ts';
import { NothingFound } from '../exit.ts';
import { withStore } from '../session.ts';
import { summaryLines } from '../summary.ts';
import { count, duration, openTerminal, type Terminal } from '../terminal.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';

interface StatusOptions extends CommonOptions {
  readonly repo?: string;
  readonly limit: string;
}

export function registerStatus(program: Command): void {
  withCommonOptions(program.command('status'))
    .description('list the latest runs, or show the whole report of one')
    .argument('[run]', 'a run’s id, the start of one, or "last"')
    .option('--repo <name>', 'only runs of this repository')
    .option('--limit <n>', 'runs at most', '10')
    .addHelpText('after', '\nExamples:\n  $ tablelore status\n  $ tablelore status last --json')
    .action(async (id: string | undefined, options: StatusOptions) => {
      const terminal = openTerminal();
      await withStore(settingsOf(options), async (db) => {
        const repo = options.repo ?? null;
        if (id === undefined) {
          const runs = await listRuns(db, repo, Math.max(1, Number(options.limit) || 10));
          if (runs.length === 0) throw new NothingFound('No run yet. `tablelore nightly` starts one.');
          if (options.json) for (const run of runs) terminal.line(JSON.stringify(brief(run)));
          else for (const line of runLines(runs, terminal)) terminal.line(line);
          return;
        }
        const run = (await readRun(db, id)) ?? pickRun(id, await listRuns(db, repo, 1_000));
        const stages = run.report?.stages ?? (await readStages(db, run.id));
        if (options.json) terminal.line(JSON.stringify(run.report ?? { ...brief(run), stages }));
        else for (const line of reportLines(run, stages, terminal)) terminal.line(line);
      });
    });
}

/** Throws `NothingFound` unless exactly one run's id starts so. */
export function pickRun(id: string, runs: readonly StoredRun[]): StoredRun {
  const fitting = id === 'last' ? runs.slice(0, 1) : runs.filter((run) => run.id.startsWith(id));
  const [run, ...others] = fitting;
  if (run === undefined) throw new NothingFound(`No run has the id ${id}. \`tablelore status\` lists them.`);
  if (others.length > 0)
    throw new NothingFound(
      `${fitting.length} runs have ids that start so: ${fitting
        .slice(0, 5)
        .map((one) => one.id)
        .join(', ')}.`,
    );
  return run;
}

const brief = ({ id, workflow, repo, asOf, commit, status, startedAt, endedAt, report }: StoredRun) => ({
  run: id,
  workflow,
  repo,
  asOf,
  commit,
  outcome: status,
  reason: report?.reason ?? null,
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

/** A line a run: when, what, outcome, figures, id. */
export function* runLines(runs: readonly StoredRun[], { style }: Pick<Terminal, 'style'>): Generator<string> {
  const width = (text: (run: StoredRun) => string) => Math.max(...runs.map((run) => text(run).length));
  const [repoWidth, kindWidth] = [width((run) => run.repo), width((run) => run.workflow)];
  for (const run of runs) {
    const { report } = run;
    const time = `${run.startedAt.slice(0, 10)} ${run.startedAt.slice(11, 16)}`;
    const outcome = style(colours[run.status] ?? 'yellow', run.status.padEnd(9));
    const figures =
      report === null
        ? ''
        : `${count(report.tables, 'table')}, ${duration(report.seconds)}${report.quarantined.length > 0 ? `, ${report.quarantined.length} failed` : ''}`;
    yield `${time}  ${run.repo.padEnd(repoWidth)}  ${run.workflow.padEnd(kindWidth)}  ${run.asOf}  ${outcome}  ${figures}`;
    yield `  ${style('dim', run.id)}`;
    if (report?.reason) yield `  ${oneLine(report.reason)}`;
  }
}

type Stage = RunStage & Partial<Pick<StageReport, 'total'>>;

export function* reportLines(
  run: StoredRun,
  stages: readonly Stage[],
  terminal: Pick<Terminal, 'style'>,
): Generator<string> {
  const { style } = terminal;
  const { report } = run;
  if (report === null) {
    yield style('bold', `${run.repo} as of ${run.asOf}: ${run.status}`);
    yield `  ${style('dim', 'started'.padEnd(14))}${run.startedAt}`;
  } else yield* summaryLines(report, terminal);
  yield `  ${style('dim', 'run'.padEnd(14))}${run.id} (${run.workflow})`;
  if (report) yield* changeLines(report.changes, style);
  yield '';
  yield style(
    'dim',
    `  ${'stage'.padEnd(10)}${'done'.padStart(8)}${'reused'.padStart(8)}${'failed'.padStart(8)}${'time'.padStart(12)}`,
  );
  for (const stage of stages) {
    const name = `  ${stage.stage.padEnd(10)}`;
    if (stage.skipped !== null) {
      yield `${name}${style('dim', `  skipped: ${oneLine(stage.skipped)}`)}`;
      continue;
    }
    const failed = String(stage.failed).padStart(8);
    yield `${name}${String(stage.done).padStart(8)}${String(stage.reused).padStart(8)}${stage.failed > 0 ? style('red', failed) : failed}${duration(stage.seconds).padStart(12)}`;
  }
  if (report && Object.keys(report.claims).length > 0) {
    yield '';
    yield* claimTable(report.claims, style);
  }
  for (const { table, stage, error } of report?.quarantined ?? [])
    yield `  ${style('red', 'failed')}  ${oneLine(table)} in ${stage}: ${oneLine(error)}`;
}

function* changeLines(
  { newTables, retiredTables, changedCards, grainChanges }: NonNullable<StoredRun['report']>['changes'],
  style: Terminal['style'],
): Generator<string> {
  const some = (tables: readonly string[]) =>
    `${tables.slice(0, 5).map(oneLine).join(', ')}${tables.length > 5 ? ', …' : ''}`;
  const rows: readonly [string, readonly string[]][] = [
    ['new', newTables],
    ['retired', retiredTables],
    ['grain changed', grainChanges],
  ];
  for (const [label, tables] of rows)
    if (tables.length > 0)
      yield `  ${style('dim', label.padEnd(14))}${count(tables.length, 'table')}: ${some(tables)}`;
  if (changedCards > 0) yield `  ${style('dim', 'changed'.padEnd(14))}${count(changedCards, 'card')}`;
}

const origins = ['declared', 'derived', 'observed', 'inferred'] as const;

function* claimTable(
  claims: Readonly<Record<string, Readonly<Record<string, number>>>>,
  style: Terminal['style'],
): Generator<string> {
  yield style('dim', `  ${'claims'.padEnd(16)}${origins.map((origin) => origin.padStart(10)).join('')}`);
  for (const [field, counts] of Object.entries(claims).sort(([a], [b]) => (a < b ? -1 : 1)))
    yield `  ${field.replaceAll('_', ' ').padEnd(16)}${origins.map((origin) => (counts[origin] ? counts[origin].toLocaleString('en-US') : '·').padStart(10)).join('')}`;
}
