/** Runs one night through the running services and watches what it costs, stage by stage. */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { RunSummary } from '../../activities/contract.ts';
import { readPidFile, serviceNames, type ServiceName } from '../../cli/services/pid-file.ts';
import type { Services } from '../../cli/services/services.ts';
import { withClient, withDatabase } from '../../cli/session.ts';
import type { Settings } from '../../cli/settings.ts';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { readRun } from '../../store/runs.ts';
import { progressQuery } from '../../workflows/messages.ts';
import { mainQueue } from '../../workflows/queues.ts';
import { readHistory, type HistoryFigures } from './history.ts';
import { parentOf, processUse, serverUse, type ProcessUse } from './processes.ts';

type PerService = Readonly<Partial<Record<ServiceName, number>>>;

export interface NightFigures {
  readonly report: RunReport;
  /** CPU seconds of each service during each stage, told apart every quarter of a second; `other`: before, between and after stages. */
  readonly cpu: Readonly<Record<string, PerService>>;
  /** Most memory in MiB that each service held during the night, looked at every quarter of a second. */
  readonly memoryMb: PerService;
  /** The same by stage. */
  readonly stageMemoryMb: Readonly<Record<string, PerService>>;
  /** Mean of the machine's one-minute load average while it ran. */
  readonly load: number;
  readonly history: HistoryFigures;
}

const sampleMs = 250;

/** A night, or with `table` one table alone. */
export async function measureNight(
  settings: Settings,
  services: Services,
  asOf: string,
  table?: string,
): Promise<NightFigures> {
  const watched = await servicesOf(settings, services);
  return withClient(settings, services, async (client) => {
    const { summary, ...used } = await watchNight(client, watched, asOf, table);
    const stored = await withDatabase(services.databaseUrl, (db) => readRun(db, summary.run));
    if (!stored?.report) throw new Error(`The night of ${asOf} left no report.`);
    return { report: stored.report, ...used };
  });
}

/** Peak memory of each service so far, in MiB. */
export async function peakMemory(
  settings: Settings,
  services: Services,
): Promise<Partial<Record<ServiceName, number>>> {
  const watched = await servicesOf(settings, services);
  const uses = [...watched].map(([name, use]) => [name, use()?.peakMb ?? Number.NaN]);
  return Object.fromEntries(uses) as Partial<Record<ServiceName, number>>;
}

type Watched = ReadonlyMap<ServiceName, () => ProcessUse | null>;

/** How to look at each service. A Postgres server of its own is found by its process id, if it runs on this machine. */
async function servicesOf(settings: Settings, services: Services): Promise<Watched> {
  const watched = new Map<ServiceName, () => ProcessUse | null>();
  const started = readPidFile(settings.dataDir)?.services ?? {};
  for (const name of serviceNames) {
    const pid = started[name]?.pid;
    if (pid !== undefined) watched.set(name, () => processUse(pid));
  }
  if (settings.databaseUrl === null) return watched;
  // Asked while the connection is open: its process ends with it.
  const server = await withDatabase(services.databaseUrl, async (db) => {
    const backend = await db.selectNoFrom((row) => row.fn<number>('pg_backend_pid').as('pid')).executeTakeFirst(); // prettier-ignore
    return parentOf(backend?.pid ?? 0);
  });
  if (server !== null) watched.set('database', () => serverUse(server));
  return watched;
}

async function watchNight(client: Client, watched: Watched, asOf: string, table?: string) {
  const handle: WorkflowHandle = await client.workflow.start(
    table === undefined ? 'nightly' : 'enrichTable',
    {
      taskQueue: mainQueue,
      workflowId: `bench-${asOf}${table === undefined ? '' : '-table'}`,
      args: [table === undefined ? { asOf } : { asOf, table }],
    },
  );
  const cpu: Record<string, Partial<Record<ServiceName, number>>> = {};
  const memoryMb: Partial<Record<ServiceName, number>> = {};
  const stageMemoryMb: Record<string, Partial<Record<ServiceName, number>>> = {};
  const loads: number[] = [];
  let before = look(watched);
  let ended = false;
  const result = handle.result().finally(() => (ended = true)) as Promise<RunSummary[] | RunSummary>;
  result.catch(() => {});
  while (!ended) {
    const progress = await handle.query(progressQuery).catch(() => null);
    const stage = progress?.stages.find(({ state }) => state === 'running')?.stage ?? 'other';
    const now = look(watched);
    const spent = (cpu[stage] ??= {});
    const held = (stageMemoryMb[stage] ??= {});
    for (const [name, use] of now) {
      const earlier = before.get(name)?.cpuSeconds ?? use.cpuSeconds;
      spent[name] = (spent[name] ?? 0) + use.cpuSeconds - earlier;
      memoryMb[name] = Math.max(memoryMb[name] ?? 0, use.nowMb);
      held[name] = Math.max(held[name] ?? 0, use.nowMb);
    }
    before = now;
    loads.push(loadavg()[0] ?? Number.NaN);
    await Promise.race([result.catch(() => {}), sleep(sampleMs)]);
  }
  const [summary] = [await result].flat();
  if (summary === undefined) throw new Error(`The night of ${asOf} has no summary.`);
  const load = loads.reduce((sum, one) => sum + one, 0) / Math.max(1, loads.length);
  return { summary, cpu, memoryMb, stageMemoryMb, load, history: await readHistory(handle) };
}

function look(watched: Watched): Map<ServiceName, ProcessUse> {
  return new Map([...watched].flatMap(([name, use]): [ServiceName, ProcessUse][] => {
    const now = use();
    return now === null ? [] : [[name, now]];
  })); // prettier-ignore
}
