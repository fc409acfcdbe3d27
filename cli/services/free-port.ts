import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SystemError } from '../../schema/contracts/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { acquireLock } from './lock-file.ts';
import type { LockFile } from './lock-file.ts';

/** A port that no other launcher of this user takes until it is released. */
export interface ReservedPort {
  readonly port: number;
  release(): void;
}

/**
 * The first free TCP port on 127.0.0.1 from `preferred` on, looking at 50 of them; then any free one. Two launchers that
 * start at once never get the same: otherwise the second would find the first one's server behind "its" port.
 */
export async function reservePort(preferred: number): Promise<ReservedPort> {
  for (let port = preferred; port < preferred + 50; port++) {
    const lock = reservation(port);
    if (lock === null) continue;
    // Looking binds the port for a moment, which would stop the server of a launcher that has it: so only who holds it looks.
    if (!(await answers(port)) && (await bound(port)) !== null)
      return { port, release: () => lock.release() };
    lock.release();
  }
  const port = await bound(0);
  if (port === null) throw new SystemError('There is no free TCP port on 127.0.0.1.');
  return { port, release: () => undefined };
}

/** The ports of one launcher, until it releases them. */
export class ReservedPorts {
  readonly #reserved: ReservedPort[] = [];

  /**
   * Starts a server on the first free ports from the preferred ones on, and on the next ones when it ends because another
   * program took a port between our look and its bind: reservations bind this user's launchers only.
   */
  async startOn<T>(
    preferred: readonly number[],
    start: (ports: readonly number[]) => Promise<T>,
  ): Promise<T> {
    for (let triesLeft = 3; ; triesLeft--) {
      const reserved: ReservedPort[] = [];
      for (const port of preferred) reserved.push(await reservePort(port));
      this.#reserved.push(...reserved);
      try {
        return await start(reserved.map(({ port }) => port));
      } catch (error) {
        if (triesLeft === 0 || !String(error).includes('address already in use')) throw error;
      }
    }
  }

  release(): void {
    for (const port of this.#reserved.splice(0)) port.release();
  }
}

/** Null when another launcher has the port. Without a writable cache folder there is nothing to agree by. */
function reservation(port: number): LockFile | null {
  try {
    return acquireLock(join(cacheFolder(process.env), 'ports', `${port}.lock`), `Port ${port}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? { release: () => undefined } : null;
  }
}

/** Some systems let two processes bind one port when one of them listens on all addresses: so ask first. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(500, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function bound(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as AddressInfo;
      server.close(() => resolve(got));
    });
  });
}
