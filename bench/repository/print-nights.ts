/** Figures of measured nights as markdown tables. Pure. */
import { stageNames } from '../../schema/contracts/runs.ts';
import type { ServiceName } from '../../cli/services/pid-file.ts';
import type { MeasuredNight, NightsFigures } from '../nights.ts';
import { megabytes, number, seconds, table, totalCpu } from './print.ts';

const services: readonly ServiceName[] = ['worker', 'database', 'temporal'];

export function nightsAsMarkdown({ options, nights, peakMb }: NightsFigures): string {
  const shown = nights.slice(0, 5);
  const [first] = nights;
  const last = nights.at(-1);
  const growth = first && last ? last.databaseBytes / first.databaseBytes - 1 : 0;
  return [
    `## ${number(options.tables)} synthetic tables, ${options.dialect}, seed ${options.seed}`,
    ...table(['night', ...shown.map(({ name }) => name)], rows(shown)),
    '',
    `Peak memory: ${services.map((name) => `${name} ${number(peakMb[name] ?? Number.NaN)} MiB`).join(', ')}.`,
    `Database after ${nights.length} nights: ${(100 * growth).toFixed(1)} % more than after the first (${first && last ? growthByTable(first, last) : ''}).`,
    '',
  ].join('\n'); // prettier-ignore
}

/** The tables that grew most: bytes after the first and after the last night. */
function growthByTable(first: MeasuredNight, last: MeasuredNight): string {
  const before = new Map(first.tableBytes.map(({ table, bytes }) => [table, bytes]));
  return last.tableBytes
    .map(({ table, bytes }) => ({ table, bytes, was: before.get(table) ?? 0 }))
    .sort((a, b) => b.bytes - b.was - (a.bytes - a.was))
    .slice(0, 8)
    .map(({ table, bytes, was }) => `${table} ${megabytes(was)} → ${megabytes(bytes)}`)
    .join(', ');
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
    ...stageNames.map((name) => row(`${name}, wall, CPU and memory of the worker`, (night) => {
      const stage = wall(night, name);
      const cpu = Object.values(night.cpu[name] ?? {}).reduce((sum, one) => sum + one, 0);
      return stage === undefined ? '' : stage.skipped === null ? `${seconds(stage.seconds)}, ${seconds(cpu)}, ${number(night.stageMemoryMb[name]?.worker ?? Number.NaN)} MiB` : 'skipped';
    })),
    row('history', ({ history }) => `${number(history.events)} events, ${number(Math.round(history.bytes / 1024))} KiB`),
    row('orchestration', ({ history }) => `${((100 * history.idleSeconds) / history.seconds).toFixed(1)} %`),
    row('database', ({ databaseBytes }) => megabytes(databaseBytes)),
  ]; // prettier-ignore
}
