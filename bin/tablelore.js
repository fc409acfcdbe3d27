#!/usr/bin/env node
// Runs on whatever Node the machine has and hands over to Node 24, which npm installed beside the other packages. In the clone the
// TypeScript runs as it is; the package carries JavaScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compiled = join(root, 'dist', 'cli', 'main.js');
const source = join(root, 'cli', 'main.ts');
const program = existsSync(source) ? source : compiled;

function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    const home = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const name = process.platform === 'win32' ? 'node.exe' : 'node';
    const own = join(home, 'bin', name);
    if (existsSync(own)) return own;
  } catch {
    // Told below.
  }
  console.error(
    `tablelore needs Node 24; this is ${process.version}, and the npm package "node" is not installed.`,
  );
  console.error('Run `npm ci` again, or use Node 24.');
  process.exit(3);
}

// Compiled code is kept between starts: that halves what a command takes to load.
const cache = process.env.TABLELORE_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tablelore'); // prettier-ignore
const child = spawn(node24(), ['--disable-warning=ExperimentalWarning', program, ...process.argv.slice(2)], {
  // The child learns by the channel when this process is killed, and ends as after Ctrl-C.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { NODE_COMPILE_CACHE: join(cache, 'compiled'), ...process.env },
});
// The terminal sends Ctrl-C to the whole group: the child ends itself, and this process only waits for it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + 2 : (code ?? 1)));
