import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'node:test';
import { text } from 'node:stream/consumers';

const module = join(import.meta.dirname, '../../../cli/services/stop-signals.ts');
const program = `
  import { stopOnSignals } from ${JSON.stringify(module)};
  const working = setInterval(() => {}, 1000);
  stopOnSignals().addEventListener('abort', ({ target }) => {
    clearInterval(working);
    console.log(target.reason.message);
  });
  process.send('ready');
`;

test('a command stops when the program that started it is gone', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  child.disconnect();
  assert.ok(child.stdout);
  assert.equal(await text(child.stdout), 'who started it is gone\n');
});
