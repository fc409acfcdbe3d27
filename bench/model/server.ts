/** A model server for load: answers at once or after a while, always the same, and counts what a server with limits would count. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventsOf } from '../../cli/model-bridge/stream.ts';
import { emptyReading } from '../../test/support/empty-reading.ts';
import { measureDossier, type Dossier } from './dossiers.ts';
import { mostWithin, type Drawn } from './windows.ts';

export interface LoadServer {
  /** For `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  readonly figures: () => LoadFigures;
  close(): void;
}

export interface LoadFigures {
  readonly calls: number;
  /** Requests of the same bytes beyond the first of each: calls that were paid for again. */
  readonly repeated: number;
  readonly tokens: number;
  /** The most in any 60 seconds, and requests in any one second. */
  readonly mostRequestsAMinute: number;
  readonly mostRequestsASecond: number;
  readonly mostTokensAMinute: number;
  /** Milliseconds from the end of one answer to the next request about the same table: what a turn costs beside the server. */
  readonly betweenTurns: readonly number[];
  /** The most requests at work at once. */
  readonly mostAtOnce: number;
  /** One of each table. */
  readonly dossiers: readonly Dossier[];
}

interface Asked {
  readonly model: string;
  readonly input: readonly { readonly type?: string; readonly content?: string }[];
  readonly prompt_cache_key: string;
}

/** `tokensOf` counts a request's text. Each table has one round of tools and an answer that says nothing. */
export async function startLoadServer(
  latencyMs: number,
  tokensOf: (text: string) => number,
): Promise<LoadServer> {
  const requests: Drawn[] = [];
  const tokens: Drawn[] = [];
  const bodies = new Map<string, number>();
  const answered = new Map<string, number>();
  const betweenTurns: number[] = [];
  const dossiers = new Map<string, Dossier>();
  let atOnce = 0;
  let mostAtOnce = 0;

  async function answer(request: IncomingMessage): Promise<string> {
    const text = await textOf(request);
    const at = performance.now();
    const asked = JSON.parse(text) as Asked;
    const last = answered.get(asked.prompt_cache_key);
    if (last !== undefined) betweenTurns.push(at - last);
    const amount = tokensOf(text);
    if (begins(asked))
      dossiers.set(asked.prompt_cache_key, measureDossier(asked.input.map(({ content = '' }) => content), tokensOf)); // prettier-ignore
    requests.push({ at, amount: 1 });
    tokens.push({ at, amount: amount + outputTokens });
    bodies.set(text, (bodies.get(text) ?? 0) + 1);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await sleep(latencyMs);
    atOnce -= 1;
    answered.set(asked.prompt_cache_key, performance.now());
    return eventsOf(responseTo(asked, requests.length, amount)).join('');
  }

  const server = createServer((request, response) => {
    void answer(request).then((text) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    figures: () => ({
      calls: requests.length,
      repeated: requests.length - bodies.size,
      tokens: tokens.reduce((sum, { amount }) => sum + amount, 0),
      mostRequestsAMinute: mostWithin(requests, 60_000),
      mostRequestsASecond: mostWithin(requests, 1_000),
      mostTokensAMinute: mostWithin(tokens, 60_000),
      betweenTurns,
      mostAtOnce,
      dossiers: [...dossiers.values()],
    }),
    close: () => void server.close().closeAllConnections(),
  };
}

const outputTokens = 300;

/** The file that builds the table, as the dossier names it. */
const builderOf = ({ input }: Asked): string => /^Built by: (.*)$/m.exec(input[0]?.content ?? '')?.[1] ?? '';

const begins = ({ input }: Asked): boolean => !input.some(({ type }) => type === 'function_call_output');

function responseTo(asked: Asked, number: number, inputTokens: number) {
  const said = begins(asked)
    ? { id: `fc_${number}`, type: 'function_call', status: 'completed', call_id: `call_${number}`, name: 'read_file', arguments: JSON.stringify({ path: builderOf(asked), from: 1, to: 40 }) } // prettier-ignore
    : { id: `msg_${number}`, type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text: JSON.stringify(emptyReading), annotations: [], logprobs: [] }] }; // prettier-ignore
  return {
    id: `resp_${number}`,
    object: 'response',
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: asked.model,
    output: [said],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
}
