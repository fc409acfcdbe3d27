/** A case is a `.sql` file, as for the derivation, beside a `.txt` file with what is printed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { whyGrainLines } from '../../../cli/why-print.ts';
import { whyGrain } from '../../../inference/why/why-grain.ts';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import { caseInput } from '../derive/case.ts';

const folder = new URL('../../fixtures/why/', import.meta.url);

await initSqlReader();

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort())
  test(`why ${file.replace(/\.sql$/, '')}`, () => {
    const why = whyGrain(caseInput(readFileSync(new URL(file, folder), 'utf8')));
    const lines = [...whyGrainLines(why, { style: (_, text) => text, width: 100 })];
    const expected = readFileSync(new URL(file.replace(/\.sql$/, '.txt'), folder), 'utf8');
    assert.equal(`${lines.join('\n')}\n`, expected);
  });
