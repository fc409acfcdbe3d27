import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { namedFile } from '../../activities/named-files.ts';
import { readingHash } from '../../activities/source-files.ts';
import { repoConfigSchema } from '../../schema/contracts/config.ts';
import { UserError } from '../../schema/contracts/errors.ts';

test('a file that the configuration names and that is not there is the user’s, by field and path', async () => {
  await assert.rejects(namedFile(import.meta.dirname, 'people', 'nobody.yml'), (error) => {
    assert.ok(error instanceof UserError);
    assert.ok(
      error.message.includes('`people`') && error.message.includes(join(import.meta.dirname, 'nobody.yml')),
    );
    return true;
  });
});

test('a night reads the code again when an export of the catalogue says something else', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-files-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const config = repoConfigSchema.parse({ name: 'shop', url: '.', catalogs: ['*.csv'] });
  const after = (text: string): string => {
    writeFileSync(join(dir, 'columns.csv'), text);
    return readingHash(config, dir);
  };
  const first = after('table_name,column_name\norders,id\n');
  assert.equal(readingHash(config, dir), first);
  assert.notEqual(after('table_name,column_name\norders,id\norders,day\n'), first);
});
