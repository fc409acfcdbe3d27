/**
 * One test per pair `test/fixtures/sql/<dialect>/<case>.sql` and `.json`. A new case needs no code: write the SQL, run this with `UPDATE=1`,
 * read what came out, keep it if it is right.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { initSqlReader, readSql } from '../../../parsers/sql/index.ts';
import { dialectSchema } from '../../../schema/contracts/dialect.ts';
import { outline } from './outline.ts';

const root = new URL('../../fixtures/sql/', import.meta.url);

before(initSqlReader);

for (const folder of readdirSync(root)) {
  const dialect = dialectSchema.parse(folder);
  for (const file of readdirSync(new URL(`${folder}/`, root)).filter((each) => each.endsWith('.sql'))) {
    test(`${folder}/${file}`, () => {
      const path = new URL(`${folder}/${file}`, root);
      const expected = new URL(`${folder}/${file.replace(/sql$/, 'json')}`, root);
      const found = readSql(readFileSync(path, 'utf8'), { dialect, path: file }).map(outline);
      if (process.env['UPDATE_EXPECTED'] === '1')
        writeFileSync(expected, `${JSON.stringify(found, null, 2)}\n`);
      assert.deepEqual(found, JSON.parse(readFileSync(expected, 'utf8')));
    });
  }
}
