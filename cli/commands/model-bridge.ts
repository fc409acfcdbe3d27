/** `model-bridge`: a person or a program in place of the model, by files. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { oneLine } from '../../knowledge/plain-text.ts';
import { SystemError } from '../../schema/contracts/errors.ts';
import { startModelBridge } from '../model-bridge/server.ts';
import { stopOnSignals } from '../services/stop-signals.ts';
import { openTerminal } from '../terminal.ts';
import { integerWithin } from './options.ts';

interface Options {
  readonly dir: string;
  readonly port: number;
}

export function registerModelBridge(program: Command): void {
  program
    .command('model-bridge')
    .description('play the model: writes each request to a file and waits for the file with the answer')
    .requiredOption('--dir <dir>', 'folder for requests and answers; made if it is not there')
    .option('--port <n>', 'port on 127.0.0.1', integerWithin(0, 65_535), 4010)
    .addHelpText('after', `\n${help}`)
    .action(async ({ dir, port }: Options) => {
      const { line, style } = openTerminal();
      const folder = resolve(dir);
      const tell = (name: string, problem: string | null) => {
        if (problem === null)
          return line(`${style('bold', name)}  read ${name}.request.md, write ${name}.answer.json`);
        line(`${style('yellow', name)}  the answer does not fit:`);
        for (const each of problem.split('\n')) line(`      ${oneLine(each)}`);
      };
      const bridge = await startModelBridge({ dir: folder, port, tell }).catch((error: unknown) => {
        throw new SystemError(`The bridge cannot listen on port ${port}: ${(error as Error).message}`, {
          next: 'Give another one with --port.',
        });
      });
      line(`Requests and answers: ${folder}`);
      line(`Start the other side with OPENAI_BASE_URL=${bridge.baseUrl} OPENAI_API_KEY=bridge`);
      const stop = stopOnSignals();
      await new Promise<void>((ended) => stop.addEventListener('abort', () => ended()));
      await bridge.close();
    });
}

const help = `An answer is {"answer": …} in the request's shape, {"calls": [{"tool": "…", "input": {…}}]} or {"refusal": "…"};
to an embeddings request {"embeddings": [[…], …]}. What does not fit is told here and in a .problem.txt file, and may be mended.
The same request gets the same answer, also after a restart.

Example:
  $ tablelore model-bridge --dir /tmp/bridge
  $ OPENAI_BASE_URL=http://127.0.0.1:4010/v1 OPENAI_API_KEY=bridge tablelore enrich marts.orders`;
