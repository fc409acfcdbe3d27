/** Steps of a DataFrame each see what the one before made. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { deriveTable } from '../../../inference/derive/derive.ts';
import { pythonReader } from '../../../parsers/python/reader.ts';

const path = 'test/fixtures/python/steps.py';
const builds =
  pythonReader.read(path, readFileSync(path, 'utf8'), { dialect: 'spark', projects: [] })?.builds ?? [];

/** Source columns by column. */
function sourcesOf(table: string): Record<string, string> {
  const own = builds.filter(({ target }) => target.parts.join('.') === table);
  assert.equal(own.length, 1);
  const { lineage } = deriveTable({
    table,
    path,
    builds: own.map((build) => ({ ...build, path })),
    resolve: (ref) => ref.parts.join('.'),
    upstream: () => null,
  });
  return Object.fromEntries(
    lineage.map(({ column, from }) => [column, from.map((one) => `${one.column} ${one.kind}`).join(', ')]),
  );
}

test('a column that is made in steps comes from what all of them take', () => {
  assert.deepEqual(sourcesOf('risk.points'), {
    id: 'id copy',
    points: 'amount expression, visits expression',
    twice: 'amount expression, visits expression',
    country: 'country expression',
    visits: 'visits expression',
  });
});
