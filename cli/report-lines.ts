/** A run's whole report as a person reads it. Pure. */
import { oneLine } from '../knowledge/plain-text.ts';
import { endedWell, reportVersion, type Coverage, type StageReport } from '../schema/contracts/runs.ts';
import type { RunStage, StoredRun } from '../store/runs.ts';
import { summaryLines } from './summary.ts';
import { duration, type Terminal } from './terminal.ts';

/** Failed tables that are named. */
const mostQuarantined = 20;

type Stage = RunStage & Partial<Pick<StageReport, 'total'>>;

export function* reportLines(
  run: StoredRun,
  stages: readonly Stage[],
  terminal: Pick<Terminal, 'style'>,
): Generator<string> {
  const { style } = terminal;
  const report = run.report?.version === reportVersion ? run.report : null;
  if (report === null) {
    yield style('bold', `${run.repo} as of ${run.asOf}: ${run.status}`);
    yield `  ${style('dim', 'started'.padEnd(14))}${run.startedAt}`;
    if (run.report !== null) yield '  Its report was written by another version: --json shows it.';
  } else yield* summaryLines(report, terminal);
  yield `  ${style('dim', 'run'.padEnd(14))}${run.id} (${run.workflow})`;
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
  const night = report !== null && endedWell(report) ? report : null;
  if (night && Object.keys(night.claims).length > 0) {
    yield '';
    yield* claimTable(night.claims, style);
  }
  if (night) {
    yield '';
    yield* coverageLines(night.coverage, style);
  }
  for (const { table, stage, error } of report?.quarantined.slice(0, mostQuarantined) ?? [])
    yield `  ${style('red', 'failed')}  ${oneLine(table)} in ${stage}: ${oneLine(error)}`;
  const left = (report?.quarantinedCount ?? 0) - mostQuarantined;
  if (left > 0) yield style('dim', `  and ${left} more: tablelore status ${run.id} --json`);
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

/** A line a stage. */
function* coverageLines(coverage: readonly Coverage[], style: Terminal['style']): Generator<string> {
  yield style('dim', '  coverage');
  for (const [stage, parts] of Map.groupBy(coverage, (part) => part.stage)) {
    const words = parts.map(
      ({ what, have, of }) => `${have.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} ${what}`,
    );
    yield `  ${stage.padEnd(10)}${words.join(', ')}`;
  }
}
