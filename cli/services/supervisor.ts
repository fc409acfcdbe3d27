import { randomBytes } from 'node:crypto';
import { extname, join, resolve } from 'node:path';
import { explain } from '../../schema/contracts/errors.ts';
import { ReservedPorts } from './free-port.ts';
import type { ServiceProgram } from './child-service.ts';
import { makeDataFolder } from './data-folder.ts';
import { acquireLock } from './lock-file.ts';
import { removePidFile, serviceNames, writePidFile } from './pid-file.ts';
import type { ServiceName } from './pid-file.ts';
import { identify } from './process-identity.ts';
import { endOrphans } from './running-services.ts';
import type { ServiceAddresses, Services, ServicesOptions, Step } from './services.ts';
import { supervise } from './supervised-service.ts';
import type { ServiceEvent, SupervisedService } from './supervised-service.ts';
import { findTemporal } from './temporal-binary.ts';
import { temporalServer } from './temporal-server.ts';
import { startWatchdog } from './watchdog.ts';
import { workerEnv } from './worker-env.ts';

const preferredPorts = { database: 7432, temporal: 7233, ui: 8233 };

/**
 * Starts what `options` asks for, and keeps it running until `stop`. Throws `LockHeldError` when another launcher uses
 * the data folder, `TemporalNotFoundError`, `ServiceStartError`, or what `prepare` throws; then nothing is left running.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const dataDir = resolve(options.dataDir);
  makeDataFolder(dataDir);
  const lock = acquireLock(join(dataDir, 'launcher.lock'), `The data folder ${dataDir}`);
  const launch = new Launch(dataDir, options, () => lock.release());
  options.signal?.addEventListener('abort', () => void launch.stop(), { once: true });
  try {
    options.signal?.throwIfAborted();
    const addresses = await launch.start();
    options.signal?.throwIfAborted();
    return {
      ...addresses,
      onEvent: (listener) => launch.onEvent(listener),
      stop: () => launch.stop(),
      stopped: launch.stopped,
    };
  } catch (error) {
    await launch.stop();
    options.signal?.throwIfAborted();
    throw error;
  }
}

/** The services of one start, on a data folder that is locked for it. */
class Launch {
  readonly stopped: Promise<void>;
  readonly #dataDir: string;
  readonly #options: ServicesOptions;
  readonly #services = new Map<ServiceName, SupervisedService>();
  readonly #listeners = new Set<(event: ServiceEvent) => void>();
  readonly #ports = new ReservedPorts();
  readonly #stopping = new AbortController();
  readonly #watchdog = startWatchdog();
  readonly #startedAt = new Date().toISOString();
  readonly #onStopped: () => void;
  #own = {
    databaseUrl: null as string | null,
    temporalAddress: null as string | null,
    temporalUiUrl: null as string | null,
  };

  constructor(dataDir: string, options: ServicesOptions, onStopped: () => void) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#onStopped = onStopped;
    this.stopped = new Promise((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => void this.#stopAll().then(resolve), {
        once: true,
      });
    });
  }

  async start(): Promise<ServiceAddresses> {
    const orphans = await endOrphans(this.#dataDir);
    if (orphans.length > 0) {
      this.#step('folder', 'done', `ended what an earlier start had left running: ${orphans.join(', ')}`);
    }
    const [databaseUrl, temporal] = await Promise.all([
      this.#wants('database') ? this.#startDatabase() : '',
      this.#wants('temporal') ? this.#startTemporal() : { temporalAddress: '', temporalUiUrl: null },
    ]);
    const addresses = { databaseUrl, ...temporal };
    await this.#options.prepare?.(addresses);
    if (this.#wants('worker')) await this.#startWorker(addresses);
    return addresses;
  }

  #wants(name: ServiceName): boolean {
    return this.#options.only?.includes(name) ?? true;
  }

  onEvent(listener: (event: ServiceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.stopped;
  }

  async #stopAll(): Promise<void> {
    for (const name of serviceNames) await this.#services.get(name)?.stop();
    this.#watchdog.dismiss();
    this.#ports.release();
    removePidFile(this.#dataDir);
    this.#onStopped();
  }

  async #startDatabase(): Promise<string> {
    const given = this.#options.databaseUrl;
    if (given !== undefined) {
      this.#step(
        'database',
        'skip',
        `using the Postgres server ${URL.parse(given)?.host ?? 'that was given'}`,
      );
      return given;
    }
    const start = async ([port]: readonly number[]): Promise<[string, string]> => {
      const password = randomBytes(18).toString('base64url');
      const program = join(import.meta.dirname, `database-server${extname(import.meta.filename)}`);
      this.#own.databaseUrl = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
      await this.#run({
        name: 'database',
        command: process.execPath,
        args: [program, '--data-dir', this.#dataDir, '--port', String(port)],
        env: { ...process.env, TABLELORE_DATABASE_PASSWORD: password },
        logFile: this.#log('database'),
        startLimitMs: 120_000,
        stopLimitMs: 20_000,
      });
      return [this.#own.databaseUrl, `the embedded database listens on port ${port}`];
    };
    return this.#during('database', 'starting the embedded database', () =>
      this.#ports.startOn([preferredPorts.database], start),
    );
  }

  async #startTemporal(): Promise<Pick<ServiceAddresses, 'temporalAddress' | 'temporalUiUrl'>> {
    const given = this.#options.temporalAddress;
    if (given !== undefined) {
      this.#step('temporal', 'skip', `using the Temporal server ${given}`);
      return { temporalAddress: given, temporalUiUrl: this.#options.temporalUiUrl ?? null };
    }
    return this.#during('temporal', 'looking for a Temporal server', async () => {
      const report = (text: string): void => this.#step('temporal', 'start', text);
      const { path: binary, place } = await findTemporal({
        env: process.env,
        report,
        signal: this.#stopping.signal,
      });
      report(`starting the Temporal server (${binary}, ${place})`);
      const { searchAttributes } = this.#options;
      const logFile = this.#log('temporal');
      return this.#ports.startOn([preferredPorts.temporal, preferredPorts.ui], async (ports) => {
        const [port, uiPort] = ports as [number, number];
        const addresses = {
          temporalAddress: `127.0.0.1:${port}`,
          temporalUiUrl: `http://127.0.0.1:${uiPort}`,
        };
        Object.assign(this.#own, addresses);
        await this.#run(
          temporalServer({ binary, dataDir: this.#dataDir, port, uiPort, searchAttributes, logFile }),
        );
        return [
          addresses,
          `the Temporal server listens on port ${port}, its UI is ${addresses.temporalUiUrl}`,
        ];
      });
    });
  }

  async #startWorker(addresses: ServiceAddresses): Promise<void> {
    const worker = this.#options.workerCommand;
    if (worker === undefined) return;
    await this.#during('worker', 'starting the worker', async () => {
      await this.#run({
        name: 'worker',
        command: worker.command,
        args: worker.args,
        env: {
          ...workerEnv(worker.env ?? process.env),
          DATABASE_URL: addresses.databaseUrl,
          TEMPORAL_ADDRESS: addresses.temporalAddress,
        },
        logFile: this.#log('worker'),
        startLimitMs: 120_000,
        stopLimitMs: 30_000,
      });
      return [undefined, 'the worker waits for tasks'];
    });
  }

  /** Reports a step's start and end; `work` returns its result and the text of success. */
  async #during<T>(name: Step['name'], text: string, work: () => Promise<[T, string]>): Promise<T> {
    this.#step(name, 'start', text);
    try {
      const [result, success] = await work();
      this.#step(name, 'done', success);
      return result;
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#step(name, 'fail', `${text}: failed`, explain(error));
      throw error;
    }
  }

  async #run(program: ServiceProgram): Promise<void> {
    this.#stopping.signal.throwIfAborted();
    const service = supervise(program, {
      onEvent: (event) => this.#listeners.forEach((listener) => listener(event)),
      onPid: () => queueMicrotask(() => this.#publish()),
    });
    this.#services.set(program.name, service);
    await service.ready;
  }

  /** Tells the watchdog and the pid file which processes there are. */
  #publish(): void {
    const pids = serviceNames.flatMap((name) => {
      const pid = this.#services.get(name)?.pid ?? null;
      return pid === null ? [] : [[name, pid] as const];
    });
    this.#watchdog.guard(pids.map(([, pid]) => pid));
    if (this.#stopping.signal.aborted) return;
    const services = Object.fromEntries(pids.map(([name, pid]) => [name, identify(pid)]));
    const file = { launcher: identify(process.pid), startedAt: this.#startedAt, ...this.#own, services };
    try {
      writePidFile(this.#dataDir, { version: 1, ...file });
    } catch (error) {
      // The services go on: a full disk may have room again.
      this.#step('folder', 'fail', 'other commands may not find the services: services.json cannot be written', explain(error)); // prettier-ignore
    }
  }

  #step(name: Step['name'], state: Step['state'], text: string, detail?: string): void {
    this.#options.onStep({ name, text, state, ...(detail === undefined ? {} : { detail }) });
  }

  #log(name: ServiceName): string {
    return join(this.#dataDir, 'logs', `${name}.log`);
  }
}
