import type { ServiceName } from './pid-file.ts';
import type { SearchAttributes } from './search-attributes.ts';
import type { ServiceEvent } from './supervised-service.ts';

/** One thing the start does, to be shown to a person. Each step ends with `done`, `skip` or `fail`. */
export interface Step {
  readonly name: 'folder' | 'prepare' | ServiceName;
  readonly text: string;
  /** `start` may come several times for one step, with a new text, while it goes on. */
  readonly state: 'start' | 'done' | 'skip' | 'fail';
  /** More to read, such as why it failed; may have several lines. */
  readonly detail?: string;
}

/** Where the services are. */
export interface ServiceAddresses {
  readonly databaseUrl: string;
  /** Host and port. */
  readonly temporalAddress: string;
  /** Null when the Temporal server is not ours and no URL was given. */
  readonly temporalUiUrl: string | null;
}

export interface ServicesOptions {
  /** Everything the services keep is in here; made when missing. One launcher at a time. */
  readonly dataDir: string;
  /** What to start of database, Temporal server and worker. Addresses of those left out are empty texts. Default: all. */
  readonly only?: readonly ServiceName[];
  /** A server of the user's own: then no embedded database is started. */
  readonly databaseUrl?: string;
  /** A server of the user's own: then no Temporal server is started. */
  readonly temporalAddress?: string;
  /** UI of the user's own server; only passed through. */
  readonly temporalUiUrl?: string;
  /** Registered at start-up, on our own Temporal server only. */
  readonly searchAttributes: SearchAttributes;
  /** Runs when database and Temporal server answer, before the worker is started (migrations, say). */
  readonly prepare?: (addresses: ServiceAddresses) => Promise<void>;
  /**
   * The worker; absent: none is started. It is given DATABASE_URL and TEMPORAL_ADDRESS on top of `env` (default: this
   * process' environment), must call `tellLauncher({ kind: 'ready' })` when it polls, and end on SIGTERM.
   */
  readonly workerCommand?: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  };
  readonly onStep: (step: Step) => void;
  /** Aborting ends a start that is under way (it rejects, nothing keeps running), and later the services. */
  readonly signal?: AbortSignal;
}

export interface Services extends ServiceAddresses {
  /** Calls back for every crash, restart and final failure from now on; returns the function that ends that. */
  onEvent(listener: (event: ServiceEvent) => void): () => void;
  /** Ends worker, Temporal server and database, in this order. Safe to call twice. Rejects never. */
  stop(): Promise<void>;
  /** Resolves when all has ended, by `stop` or by the signal. */
  readonly stopped: Promise<void>;
}
