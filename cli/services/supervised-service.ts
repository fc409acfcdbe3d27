import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child-service.ts';
import type { ChildService, ServiceProgram } from './child-service.ts';
import type { ServiceName } from './pid-file.ts';

/** What happened to a service after its start. */
export interface ServiceEvent {
  readonly service: ServiceName;
  /** `crashed`: it ended unasked and is started again soon; `restarted`: it works again; `gave-up`: it stays down. */
  readonly kind: 'crashed' | 'restarted' | 'gave-up';
  /** For a person: what happened, and where the log is. */
  readonly text: string;
}

export interface SupervisedService {
  /** Pid of the current process; null while it is down. */
  readonly pid: number | null;
  /** Resolves when it works for the first time; rejects with `ServiceStartError`, and is not started again then. */
  readonly ready: Promise<void>;
  /** Ends it for good, also while it starts. Never rejects. */
  stop(): Promise<void>;
}

export interface Supervision {
  readonly onEvent: (event: ServiceEvent) => void;
  /** Called whenever the pid has changed. */
  readonly onPid: () => void;
  /** Delay before the first restart, doubled for each further one up to 15 s; milliseconds, default 500. */
  readonly firstDelayMs?: number;
}

/** A crash is forgiven eight times, for about a minute in all; ten quiet minutes make up for all of them. */
const maxRestarts = 8;
const maxDelayMs = 15_000;
const quietMs = 600_000;

/** Starts a service and keeps it running, with growing delays between restarts. */
export function supervise(program: ServiceProgram, supervision: Supervision): SupervisedService {
  const { onEvent, onPid, firstDelayMs = 500 } = supervision;
  const stopping = new AbortController();
  let child: ChildService | null = null;
  const setChild = (next: ChildService | null): void => {
    child = next;
    onPid();
  };
  const tell = (kind: ServiceEvent['kind'], text: string): void =>
    onEvent({ service: program.name, kind, text });

  const launch = async (): Promise<ChildService> => {
    const started = startChild(program);
    setChild(started);
    try {
      await started.ready;
    } catch (error) {
      await started.stop();
      setChild(null);
      throw error;
    }
    return started;
  };

  const keepRunning = async (first: ChildService): Promise<void> => {
    let current: ChildService | null = first;
    let restarts = 0;
    let problem = '';
    while (!stopping.signal.aborted) {
      if (current !== null) {
        const since = performance.now();
        problem = await current.ended;
        if (stopping.signal.aborted) return;
        setChild(null);
        if (performance.now() - since > quietMs) restarts = 0;
      }
      if (restarts === maxRestarts) {
        tell(
          'gave-up',
          `${program.name} is down (${problem}) and is not started again; its log is ${program.logFile}`,
        );
        return;
      }
      const delayMs = Math.min(firstDelayMs * 2 ** restarts++, maxDelayMs);
      tell(
        'crashed',
        `${program.name} is down (${problem}), next try in ${delayMs / 1000} s; its log is ${program.logFile}`,
      );
      await sleep(delayMs, undefined, { signal: stopping.signal });
      current = await launch().catch((error: unknown) => {
        problem = String(error);
        return null;
      });
      if (current !== null) tell('restarted', `${program.name} works again`);
    }
  };

  const first = launch();
  const ready = first.then(() => undefined);
  ready.catch(() => undefined);
  // Rejects when the start fails, which is `ready`'s to tell, and when the sleep is called off.
  const kept = first.then(keepRunning).catch(() => undefined);
  return {
    get pid() {
      return child?.pid ?? null;
    },
    ready,
    async stop() {
      stopping.abort();
      await child?.stop();
      await kept;
    },
  };
}
