/** Figures of measured nights as markdown tables. Pure. */
import { stageNames } from '../../schema/contracts/runs.ts';
import type { ServiceName } from '../../cli/services/pid-file.ts';
import type { MeasuredNight, NightsFigures } from '../nights.ts';
import { megabytes, number, seconds, table, totalCpu } from './print.ts';

const services: readonly ServiceName[] = ['worker', 'database', 'temporal'];

export function nightsAsMarkdown({ options, nights, peakMb, databaseBytes }: NightsFigures): string {
  const shown = nights.slice(0, 5);
  const [first] = nights;
  const last = nights.at(-1);
  const growth = first && last ? last.databaseBytes / first.databaseBytes - 1 : 0;
  return [
    `## ${number(options.tables)} synthetic tables, ${options.dialect}, seed ${options.seed}`,
    ...table(['night', ...shown.map(({ name }) => name)], rows(shown)),
    '',
    `Peak memory: ${services.map((name) => `${name} ${number(peakMb[name] ?? Number.NaN)} MiB`).join(', ')}.`,
    `Database after ${nights.length} nights: ${(100 * growth).toFixed(1)} % more than after the first (${databaseBytes.slice(0, 5).map((one) => `${one.table} ${megabytes(one.bytes)}`).join(', ')}).`,
    '',
  ].join('\n'); // prettier-ignore
}

function rows(nights: readonly MeasuredNight[]): string[][] {
  const row = (name: string, read: (night: MeasuredNight) => string) => [name, ...nights.map(read)];
  const wall = (night: MeasuredNight, name: string) =>
    night.report.stages.find(({ stage }) => stage === name);
  return [
    row('outcome', ({ report }) => report.outcome),
    row('wall', ({ report }) => seconds(report.seconds)),
    row('load', ({ load }) => load.toFixed(1)),
    row('CPU', ({ cpu }) => seconds(totalCpu(cpu))),
    ...services.map((name) => row(`CPU ${name}`, ({ cpu }) => seconds(Object.values(cpu).reduce((sum, used) => sum + (used[name] ?? 0), 0)))),
    ...services.map((name) => row(`memory ${name}`, ({ memoryMb }) => `${number(memoryMb[name] ?? Number.NaN)} MiB`)),
    ...stageNames.map((name) => row(`${name}, wall and CPU`, (night) => {
      const stage = wall(night, name);
      const cpu = Object.values(night.cpu[name] ?? {}).reduce((sum, one) => sum + one, 0);
      return stage === undefined ? '' : stage.skipped === null ? `${seconds(stage.seconds)}, ${seconds(cpu)}` : 'skipped';
    })),
    row('history', ({ history }) => `${number(history.events)} events, ${number(Math.round(history.bytes / 1024))} KiB`),
    row('orchestration', ({ history }) => `${((100 * history.idleSeconds) / history.seconds).toFixed(1)} %`),
    row('database', ({ databaseBytes }) => megabytes(databaseBytes)),
  ]; // prettier-ignore
}
