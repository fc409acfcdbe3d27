import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { temporalServer } from '../../../cli/services/temporal-server.ts';

test('a file that a killed server left half made is made anew, and a whole one is kept', (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tablelore-temporal-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const start = () =>
    temporalServer({ binary: 'temporal', dataDir, port: 1, uiPort: 2, searchAttributes: {}, logFile: 'log' });
  const file = join(dataDir, 'temporal/temporal.db');
  start();
  writeFileSync(file, 'half');
  start();
  assert.ok(!existsSync(file), 'no server has answered with it');
  rmSync(join(dataDir, 'temporal/being-made'));
  writeFileSync(file, 'whole');
  start();
  assert.ok(existsSync(file));
});
