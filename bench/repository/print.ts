/** Figures of a measured repository as markdown tables. Pure. */
import { stageNames } from '../../schema/contracts/runs.ts';
import type { ServiceName } from '../../cli/services/pid-file.ts';
import type { RepositoryFigures } from '../repository.ts';

const services: readonly ServiceName[] = ['worker', 'database', 'temporal'];

export function figuresAsMarkdown(figures: RepositoryFigures): string {
  return [
    `## ${figures.repo} at ${figures.first.report.commit.slice(0, 12)}`,
    ...overview(figures),
    ...stages(figures),
    ...claims(figures),
    ...diagnostics(figures),
    ...(figures.lineage === null ? [] : lineage(figures.lineage)),
    '',
  ].join('\n');
}

function overview({ first, second, peakMb, databaseBytes, zeroWork, lineage }: RepositoryFigures): string[] {
  const { report } = first;
  const { total, parsed, opaque } = report.statements;
  const { keys, joins } = report.accuracy;
  const agreement = ({ compared, agree, notDerived }: typeof keys) =>
    `${agree} of ${compared} agree, ${notDerived} declared but not derived`;
  return table(
    ['figure', 'value'],
    [
      ['files read', number(report.files)],
      ['tables (built here)', `${number(report.tables)} (${number(report.builtTables)})`],
      [
        'edges between tables, between columns',
        `${number(report.edges)}, ${number(report.columnEdges)}`,
      ],
      ['statements', number(total)],
      ['statements parsed', percent(parsed, total)],
      ['statements whose source tables are known', percent(parsed + opaque, total)],
      ['derived keys beside tested ones', agreement(keys)],
      ['derived joins beside tested ones', agreement(joins)],
      ...(lineage === null ? [] : [['edges of the yardstick found', percent(lineage.both, lineage.both + lineage.missing)]]),
      ['cards, texts with a vector', `${number(report.cards)}, ${number(report.embedded)}`],
      ['first night', `${seconds(report.seconds)} wall, ${seconds(totalCpu(first.cpu))} CPU, load ${first.load.toFixed(1)}`],
      ['second night, nothing changed', `${seconds(second.report.seconds)} wall, ${seconds(totalCpu(second.cpu))} CPU: ${zeroWork}`],
      ['peak memory', services.map((name) => `${name} ${number(peakMb[name] ?? Number.NaN)} MiB`).join(', ')],
      ['database', `${megabytes(databaseBytes.reduce((sum, { bytes }) => sum + bytes, 0))} (${databaseBytes.slice(0, 4).map((one) => `${one.table} ${megabytes(one.bytes)}`).join(', ')})`],
    ],
  ); // prettier-ignore
}

function stages({ first: { report, cpu } }: RepositoryFigures): string[] {
  const names = [...stageNames, 'other'];
  const rows = names.flatMap((name) => {
    const stage = report.stages.find((one) => one.stage === name);
    const used = cpu[name] ?? {};
    if (stage === undefined && Object.keys(used).length === 0) return [];
    const wall = stage === undefined ? '' : (stage.skipped ?? seconds(stage.seconds));
    return [
      [name, wall, number(stage?.done ?? 0), ...services.map((service) => seconds(used[service] ?? 0))],
    ];
  });
  return table(['stage', 'wall', 'done', ...services.map((service) => `CPU ${service}`)], rows);
}

function claims({ first: { report } }: RepositoryFigures): string[] {
  const origins = ['declared', 'derived', 'observed', 'inferred'];
  const rows = Object.entries(report.claims).map(([field, counts]) => [
    field,
    ...origins.map((origin) => number(counts[origin] ?? 0)),
  ]);
  return table(['claims', ...origins], rows);
}

function diagnostics({ first: { report } }: RepositoryFigures): string[] {
  const rows = Object.entries(report.diagnostics)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => [code, number(count)]);
  return table(['diagnostic', 'count'], rows);
}

function lineage(found: NonNullable<RepositoryFigures['lineage']>): string[] {
  const { files, comparedFiles, equalFiles, both, missing, extra } = found;
  const figures = table(
    ['edges beside the yardstick', 'value'],
    [
      ['its files, those that build a table here', `${number(files)}, ${number(comparedFiles)}`],
      ['files with the same sources', percent(equalFiles, comparedFiles)],
      ['edges of both, of it only, of ours only', [both, missing, extra].map(number).join(', ')],
    ],
  );
  const examples = found.examples.map(
    (one) =>
      `- ${one.file}: missing ${one.missing.join(', ') || 'none'}; extra ${one.extra.join(', ') || 'none'}`,
  );
  return examples.length === 0 ? figures : [...figures, '', 'Some that differ:', ...examples];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const ruler = line(head.map((_, index) => (index === 0 ? '---' : '---:')));
  return ['', line(head), ruler, ...rows.map(line)];
}

export const totalCpu = (cpu: RepositoryFigures['first']['cpu']): number =>
  Object.values(cpu)
    .flatMap((used) => Object.values(used))
    .reduce((sum, one) => sum + one, 0);

export const number = (value: number): string => (Number.isNaN(value) ? '?' : value.toLocaleString('en-US'));
export const seconds = (value: number): string => `${value.toFixed(1)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const percent = (part: number, whole: number): string =>
  whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(2)} % (${number(part)} of ${number(whole)})`;
