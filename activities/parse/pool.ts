/** Parse threads: as many as asked for, each stopped and replaced when one file takes too long or breaks it. */
import { Worker } from 'node:worker_threads';
import { SystemError } from '../../schema/contracts/errors.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import type { ParseContext, ParsedFile, ParseReply, ParseRequest } from './protocol.ts';

export interface ParsePoolOptions {
  readonly threads: number;
  /** Milliseconds that one file may take. Default: 20,000. The first file of a context has three times as long, since projects are loaded then. */
  readonly fileTimeoutMs?: number;
  /** Memory of a thread's heap, in MiB. Default: 1,536. */
  readonly heapMb?: number;
  /** Milliseconds without work after which threads end, and give back the memory of their readers. Default: 2,000. */
  readonly idleMs?: number;
}

export interface ParsePool {
  /** Reads files in any order. A file that cannot be read in time comes back with a diagnostic instead of facts. */
  parse(
    context: ParseContext,
    files: readonly { path: string; blob: string; dialect: FileFacts['dialect'] }[],
    signal?: AbortSignal,
  ): Promise<ParsedFile[]>;
  close(): Promise<void>;
}

interface Seat {
  worker: Worker | null;
  /** Its thread has told that it can read. */
  ready: boolean;
  busy: boolean;
}

/** The module that runs in a thread: beside this one, as TypeScript in the clone and as JavaScript in the package. */
const threadModule = new URL(
  import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js',
  import.meta.url,
);

export function createParsePool(options: ParsePoolOptions): ParsePool {
  const timeout = options.fileTimeoutMs ?? 20_000;
  const idleMs = options.idleMs ?? 2_000;
  const seats: Seat[] = Array.from({ length: options.threads }, () => ({
    worker: null,
    ready: false,
    busy: false,
  }));
  const waiting: ((seat: Seat) => void)[] = [];
  let nextId = 1;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;

  const take = (): Promise<Seat> => {
    clearTimeout(idle);
    const free = seats.find((seat) => !seat.busy);
    if (!free) return new Promise((resolve) => waiting.push(resolve));
    free.busy = true;
    return Promise.resolve(free);
  };
  const give = (seat: Seat) => {
    const next = waiting.shift();
    if (next) return next(seat);
    seat.busy = false;
    if (seats.some(({ busy }) => busy)) return;
    clearTimeout(idle);
    idle = setTimeout(() => void Promise.all(seats.map(drop)), idleMs).unref();
  };
  const workerOf = (seat: Seat): Worker => {
    seat.worker ??= new Worker(threadModule, {
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb ?? 1_536 },
      stderr: false,
    });
    return seat.worker;
  };
  const drop = async (seat: Seat) => {
    const { worker } = seat;
    seat.worker = null;
    seat.ready = false;
    await worker?.terminate();
  };

  type End = { kind: 'done' } | { kind: 'stuck' } | { kind: 'broken'; message: string };

  /** Sends the paths to the seat's thread and collects what comes back until it is done, stuck or broken. */
  function converse(
    seat: Seat,
    context: ParseContext,
    paths: readonly string[],
    collect: (file: ParsedFile) => void,
    signal?: AbortSignal,
  ): Promise<End> {
    const worker = workerOf(seat);
    const id = nextId++;
    return new Promise((resolve) => {
      let timer = setTimeout(() => end({ kind: 'stuck' }), timeout * 3);
      const end = (how: End) => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        signal?.removeEventListener('abort', onAbort);
        resolve(how);
      };
      const onMessage = (reply: ParseReply) => {
        if ('ready' in reply) seat.ready = true;
        else if (reply.id !== id) return;
        else if ('done' in reply) end({ kind: 'done' });
        else if ('failed' in reply) end({ kind: 'broken', message: reply.failed });
        else {
          clearTimeout(timer);
          timer = setTimeout(() => end({ kind: 'stuck' }), timeout);
          collect(reply.file);
        }
      };
      const onError = (error: Error) => end({ kind: 'broken', message: error.message });
      const onExit = (code: number) => end({ kind: 'broken', message: `the thread ended with code ${code}` });
      const onAbort = () => end({ kind: 'broken', message: 'cancelled' });
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      signal?.addEventListener('abort', onAbort);
      worker.postMessage({ id, context, paths } satisfies ParseRequest);
    });
  }

  return {
    async parse(context, files, signal) {
      if (closed) throw new SystemError('The parse pool is closed.');
      const results: ParsedFile[] = [];
      let rest = [...files];
      const seat = await take();
      try {
        while (rest.length > 0) {
          signal?.throwIfAborted();
          const before = results.length;
          const end = await converse(seat, context, rest.map((file) => file.path), (file) => results.push(file), signal); // prettier-ignore
          const [culprit, ...others] = rest.slice(results.length - before);
          if (end.kind === 'done' || culprit === undefined) return results;
          const { ready } = seat;
          await drop(seat);
          signal?.throwIfAborted();
          // No file's fault: it would be given up, and all the others after it.
          if (end.kind === 'broken' && !ready)
            throw new SystemError(`A parse thread did not start: ${end.message}.`);
          const reason =
            end.kind === 'stuck'
              ? `took longer than ${timeout / 1_000} s`
              : `stopped the reader (${end.message})`;
          results.push({
            path: culprit.path,
            blob: culprit.blob,
            facts: givenUp(culprit.path, culprit.dialect, reason),
          });
          rest = others;
        }
        return results;
      } finally {
        give(seat);
      }
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await Promise.all(seats.map(drop));
    },
  };
}

function givenUp(path: string, dialect: FileFacts['dialect'], reason: string): FileFacts {
  return {
    path,
    reader: 'given_up',
    version: 0,
    dialect,
    builds: [],
    uses: [],
    declarations: [],
    jobs: [],
    diagnostics: [
      {
        code: 'parse.given_up',
        severity: 'error',
        message: `Not read: it ${reason}.`,
        path,
        fault: 'system',
      },
    ],
    statements: { total: 1, parsed: 0, opaque: 0, failed: 1 },
  };
}
