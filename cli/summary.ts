/** A run's report as a person reads it. Pure. */
import { oneLine } from '../knowledge/plain-text.ts';
import { endedWell, type RunReport } from '../schema/contracts/runs.ts';
import { changeLines } from './change-lines.ts';
import { count, duration, type Terminal } from './terminal.ts';

/** Lines of each list of changes. */
const mostChanges = 5;

export function summaryLines(report: RunReport, terminal: Pick<Terminal, 'style'>): string[] {
  const { style } = terminal;
  const label = (text: string) => style('dim', text.padEnd(14));
  const lines = [
    style('bold', `${report.repo} as of ${report.asOf}: ${outcomeWords(report)}`),
    ...(endedWell(report) ? nightLines(report, label) : undoneLines(report, label)),
    `  ${label('model')}${modelWords(report)}`,
    `  ${label('embedding')}${embeddingWords(report)}`,
  ];
  const [first] = report.quarantined;
  if (first !== undefined)
    lines.push(
      `  ${label('quarantine')}${count(report.quarantinedCount, 'table')}, first ${first.table} (${first.stage}): ${oneLine(first.error)}`,
    );
  const { dropped } = report;
  if (dropped !== undefined)
    lines.push(
      `  ${label('dropped')}${count(dropped.nights, 'night')} before ${dropped.before} with ${count(dropped.sets, 'result')}, too old for keepDays`,
    );
  lines.push(`  ${label('time')}${duration(report.seconds)}`);
  if (report.changes !== null) {
    const command = `tablelore status ${report.run} --all`;
    lines.push(...changeLines(report.changes, mostChanges, command, terminal));
  }
  return lines;
}

/** What the ledger has as of the night. */
const nightLines = (report: RunReport, label: (text: string) => string): string[] => [
  `  ${label('commit')}${report.commit.slice(0, 12)}, ${count(report.files, 'file')} read, ${statementWords(report)}`,
  `  ${label('tables')}${count(report.tables, 'table')}, ${report.builtTables.toLocaleString('en-US')} of them built here`,
  `  ${label('lineage')}${count(report.edges, 'edge')} between tables, ${report.columnEdges.toLocaleString('en-US')} between columns`,
  `  ${label('claims')}${claimWords(report)}`,
  `  ${label('agreement')}${agreementWords(report)}`,
  `  ${label('conflicts')}${count(report.conflicts, 'conflict')}${report.changes === null ? '' : ` (${report.changes.newConflicts.count} new)`}${report.stale > 0 ? `, ${count(report.stale, 'stale note')}` : ''}`,
  `  ${label('diagnostics')}${diagnosticWords(report)}`,
  `  ${label('queries')}${queryWords(report)}`,
  `  ${label('cards')}${count(report.cards, 'card')}, ${vectorWords(report)}`,
];

/** Of a run that did not end well nothing is counted: what it left is no night. */
const undoneLines = ({ commit, readersSee }: RunReport, label: (text: string) => string): string[] => [
  `  ${label('commit')}${commit.slice(0, 12)}`,
  `  ${label('readers')}${readersSee === null ? 'see no night yet' : `still see ${readersSee === undefined ? 'what they saw before' : `the night of ${readersSee}`}`}`,
];

const vectorWords = ({ outcome, embedded, embeddingModel }: RunReport): string =>
  outcome === 'history'
    ? 'without vectors: searches find the newer night'
    : `${count(embedded, 'text')} with a vector (${embeddingModel})`;

function outcomeWords(report: RunReport): string {
  const words: Record<RunReport['outcome'], string> = {
    published: 'published',
    unchanged: 'readers see the same as before, the published snapshot stands',
    history: 'kept as history, a newer night is published',
    skipped: 'skipped',
    failed: 'failed, the night is not done',
    cancelled: 'cancelled, the night is not done',
  };
  return report.reason === null ? words[report.outcome] : `${words[report.outcome]} (${report.reason})`;
}

function statementWords({ statements }: RunReport): string {
  if (statements.total === 0) return 'no SQL';
  const share = ((100 * statements.parsed) / statements.total).toFixed(1);
  return `${count(statements.total, 'statement')}, ${share} % parsed`;
}

function claimWords({ claims }: RunReport): string {
  const byOrigin = new Map<string, number>();
  for (const counts of Object.values(claims))
    for (const [origin, n] of Object.entries(counts)) byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + n);
  const order = ['declared', 'derived', 'observed', 'inferred'];
  return order.map((origin) => `${(byOrigin.get(origin) ?? 0).toLocaleString('en-US')} ${origin}`).join(', ');
}

function agreementWords({ accuracy }: RunReport): string {
  const one = (name: string, { compared, agree, notDerived }: RunReport['accuracy']['keys']) =>
    compared + notDerived === 0
      ? `no tested ${name}`
      : `${name} ${agree} of ${compared} derived agree${notDerived > 0 ? `, ${notDerived} not derived` : ''}`;
  return [one('keys', accuracy.keys), one('joins', accuracy.joins)].join('; ');
}

function diagnosticWords({ diagnostics, changes }: RunReport): string {
  const entries = Object.entries(diagnostics).sort(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return 'none';
  const shown = entries.slice(0, 4).map(([code, n]) => `${n} ${code}`);
  const fresh = changes === null ? '' : ` (${changes.newDiagnostics.count.toLocaleString('en-US')} new)`;
  return `${total.toLocaleString('en-US')}${fresh}: ${shown.join(', ')}${entries.length > 4 ? ', …' : ''}`;
}

function queryWords({ queries }: RunReport): string {
  const trusted = (queries.source_of_truth ?? 0) + (queries.trusted ?? 0);
  const all = Object.values(queries).reduce((sum, n) => sum + n, 0);
  return all === 0
    ? 'no query log'
    : `${count(trusted, 'trusted query', 'trusted queries')} of ${count(all, 'template')}`;
}

function modelWords(report: RunReport): string {
  const infer = report.stages.find((stage) => stage.stage === 'infer');
  if (infer?.skipped) return `not asked: ${infer.skipped}`;
  const { input, cachedInput, output } = report.modelTokens;
  const cost = report.costUsd === null ? '' : `, $${report.costUsd.toFixed(2)}`;
  return `${count(report.modelCalls, 'call')}, ${input.toLocaleString('en-US')} tokens in (${cachedInput.toLocaleString('en-US')} cached${share(cachedInput, input)}), ${output.toLocaleString('en-US')} out${cost}${answerWords(report)}`;
}

/** Rejected ones of all statements: those that hold are the claims of origin `inferred`. */
function answerWords({ outcome, answers, claims }: RunReport): string {
  if (!endedWell({ outcome }) || answers === undefined || answers.tables + (answers.unanswered ?? 0) === 0)
    return '';
  const held = Object.values(claims).reduce((sum, counts) => sum + (counts.inferred ?? 0), 0);
  const {
    tables,
    rejected,
    unknown,
    fields,
    bounded,
    conflicts = 0,
    unanswered = 0,
    judged = 0,
    unsupported = 0,
    unclear = 0,
  } = answers;
  const parts = [
    `${count(tables, 'table')} answered`,
    `${rejected} of ${count(held + rejected, 'statement')} rejected${share(rejected, held + rejected)}`,
    `${unknown} of ${count(fields, 'field')} unknown${share(unknown, fields)}`,
    ...(conflicts === 0
      ? []
      : [`${count(conflicts, 'conflict')} with other origins${share(conflicts, held)}`]),
    ...(judged === 0
      ? []
      : [`${unsupported} of ${judged} judged not to be what their lines say, ${unclear} unclear`]),
    ...(bounded === 0 ? [] : [`${bounded} ended at a bound`]),
    ...(unanswered === 0 ? [] : [`${count(unanswered, 'table')} asked about in vain`]),
  ];
  return `; ${parts.join(', ')}`;
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '' : `, ${Math.round((100 * part) / whole)} %`;

function embeddingWords({ embedding }: RunReport): string {
  const { calls, texts, tokens, costUsd } = embedding;
  if (calls === 0) return 'no call, no text changed';
  const cost = costUsd === null ? '' : `, $${costUsd.toFixed(2)}`;
  return `${count(calls, 'call')}, ${count(texts, 'text')}${tokens === 0 ? '' : `, ${count(tokens, 'token')}`}${cost}`;
}
