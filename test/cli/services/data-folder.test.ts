import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { makeDataFolder } from '../../../cli/services/data-folder.ts';
import { UserError } from '../../../schema/contracts/errors.ts';

test('a data folder is made with those above it, and refused where there can be none', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-folder-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const folder = join(dir, 'a', 'b');
  makeDataFolder(folder);
  makeDataFolder(folder);
  assert.equal(statSync(folder).mode & 0o777, 0o700);

  writeFileSync(join(dir, 'file'), '');
  for (const wrong of [join(dir, 'file', 'a'), '/proc/no-such-process/a'])
    assert.throws(() => makeDataFolder(wrong), UserError);
});
