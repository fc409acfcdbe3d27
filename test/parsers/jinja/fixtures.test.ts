import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { parseTemplate, render } from '../../../parsers/jinja/jinja.ts';

// A case is a pair: `name.jinja` and `name.out`, the text that Jinja2 itself gives plus a newline.
const folder = new URL('../../fixtures/jinja/', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.jinja'))) {
  test(`jinja: ${file}`, () => {
    const template = parseTemplate(readFileSync(new URL(file, folder), 'utf8'), file);
    const expected = readFileSync(new URL(file.replace(/jinja$/, 'out'), folder), 'utf8');
    assert.equal(`${render(template).text}\n`, expected);
  });
}
