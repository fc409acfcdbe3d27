/** Runs one night through the running services and watches what it costs, stage by stage. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { RunSummary } from '../../activities/contract.ts';
import { readPidFile, serviceNames, type ServiceName } from '../../cli/services/pid-file.ts';
import { connectClient } from '../../cli/temporal.ts';
import type { Settings } from '../../cli/settings.ts';
import { withDatabase } from '../../cli/session.ts';
import type { Services } from '../../cli/services/services.ts';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { readRun } from '../../store/runs.ts';
import { progressQuery } from '../../workflows/messages.ts';
import { mainQueue } from '../../workflows/queues.ts';
import { processUse } from './processes.ts';

export interface NightFigures {
  readonly report: RunReport;
  /** CPU seconds of each service during each stage, told apart every quarter of a second; `other`: before, between and after stages. */
  readonly cpu: Readonly<Record<string, Readonly<Partial<Record<ServiceName, number>>>>>;
  /** Mean of the machine's one-minute load average while it ran. */
  readonly load: number;
}

const sampleMs = 250;

export async function measureNight(
  settings: Settings,
  services: Services,
  asOf: string,
): Promise<NightFigures> {
  const client = await connectClient(settings.temporal, services.temporalAddress);
  try {
    const { summary, cpu, load } = await watchNight(client, settings.dataDir, asOf);
    const stored = await withDatabase(services.databaseUrl, (db) => readRun(db, summary.run));
    if (!stored?.report) throw new Error(`The night of ${asOf} left no report.`);
    return { report: stored.report, cpu, load };
  } finally {
    await client.connection.close();
  }
}

/** Peak memory of each service so far, in MiB. */
export function peakMemory(dataDir: string): Partial<Record<ServiceName, number>> {
  const uses = [...servicePids(dataDir)].map(([name, pid]) => [name, processUse(pid)?.peakMb ?? Number.NaN]);
  return Object.fromEntries(uses) as Partial<Record<ServiceName, number>>;
}

function servicePids(dataDir: string): Map<ServiceName, number> {
  const services = readPidFile(dataDir)?.services ?? {};
  return new Map(
    serviceNames.flatMap((name): [ServiceName, number][] => {
      const pid = services[name]?.pid;
      return pid === undefined ? [] : [[name, pid]];
    }),
  );
}

async function watchNight(client: Client, dataDir: string, asOf: string) {
  const handle = await client.workflow.start('nightly', {
    taskQueue: mainQueue,
    workflowId: `bench-${asOf}`,
    args: [{ asOf }],
  });
  const pids = servicePids(dataDir);
  const cpu: Record<string, Partial<Record<ServiceName, number>>> = {};
  const loads: number[] = [];
  let before = usedBy(pids);
  let ended = false;
  const result = handle.result().finally(() => (ended = true)) as Promise<RunSummary[]>;
  result.catch(() => {});
  while (!ended) {
    const progress = await handle.query(progressQuery).catch(() => null);
    const stage = progress?.stages.find(({ state }) => state === 'running')?.stage ?? 'other';
    const now = usedBy(pids);
    const spent = (cpu[stage] ??= {});
    for (const [name, seconds] of now)
      spent[name] = (spent[name] ?? 0) + seconds - (before.get(name) ?? seconds);
    before = now;
    loads.push(loadavg()[0] ?? Number.NaN);
    await Promise.race([result.catch(() => {}), sleep(sampleMs)]);
  }
  const [summary] = await result;
  if (summary === undefined) throw new Error(`The night of ${asOf} has no summary.`);
  const load = loads.reduce((sum, one) => sum + one, 0) / Math.max(1, loads.length);
  return { summary, cpu, load };
}

function usedBy(pids: ReadonlyMap<ServiceName, number>): Map<ServiceName, number> {
  return new Map(
    [...pids].flatMap(([name, pid]): [ServiceName, number][] => {
      const use = processUse(pid);
      return use === null ? [] : [[name, use.cpuSeconds]];
    }),
  );
}
