/** A TCP proxy whose line can be cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `silent`: nothing comes through any more, and nobody is told; `broken`: connections are reset. New ones are refused either way. */
export type Cut = 'silent' | 'broken';

export interface TcpProxy {
  readonly port: number;
  cut(how: Cut): void;
  /** What went silent goes on where it was. */
  mend(): void;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a port of the system's choice, for a server there. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const flow = ([one, other]: readonly [Socket, Socket]): void => {
    one.pipe(other);
    other.pipe(one);
  };
  const server = createServer((socket) => {
    if (isCut) return void socket.resetAndDestroy();
    const pair = [socket, connect(target, '127.0.0.1')] as const;
    pairs.add(pair);
    for (const [own, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
      own.on('error', () => {});
      own.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    flow(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut(how) {
      isCut = true;
      for (const socket of [...pairs].flat()) {
        if (how === 'broken') socket.resetAndDestroy();
        else socket.unpipe().pause();
      }
    },
    mend() {
      isCut = false;
      for (const pair of pairs) flow(pair);
    },
    async close() {
      server.close();
      for (const socket of [...pairs].flat()) socket.destroy();
      await once(server, 'close');
    },
  };
}
