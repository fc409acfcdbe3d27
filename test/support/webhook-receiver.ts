/** A webhook's receiver that answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it was answered. */
  readonly status: number;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** The next answers, each used once; then 204. `silence`: none at all. */
  answer(...next: (number | 'silence')[]): void;
  /** Resolves when so many requests with the status came in. */
  until(status: number, count: number): Promise<void>;
  close(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const answers: (number | 'silence')[] = [];
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const status = answers.shift() ?? 204;
      received.push({ headers: request.headers, body, status: status === 'silence' ? 0 : status });
      if (status !== 'silence') response.writeHead(status, { location: '/elsewhere' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (...next) => void answers.push(...next),
    async until(status, count) {
      for (let left = 600; received.filter((one) => one.status === status).length < count; left--) {
        if (left === 0) throw new Error(`${count} requests with ${status} did not come.`);
        await sleep(50);
      }
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
