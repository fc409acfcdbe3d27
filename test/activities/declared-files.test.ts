import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { namedFile } from '../../activities/declared-files.ts';
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
