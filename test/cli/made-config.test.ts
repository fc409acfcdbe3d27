import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { editedConfig, madeConfig, withRepoFlags } from '../../cli/made-config.ts';

const made = madeConfig('Made by a test.', 'version: 1\nrepos:\n  - name: shop\n    url: /code/shop\n');

test('a configuration that start made may be made anew; an edited one is told by any change', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-made-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'tablelore.yml');
  const edited = (text: string) => {
    writeFileSync(path, text);
    return editedConfig(path);
  };
  assert.equal(editedConfig(path), null, 'there is none yet');
  assert.equal(edited(made), null);
  for (const text of [`${made}    people: people.yml\n`, made.replace(/^#.*\n/, ''), 'repos: []\n'])
    assert.equal(edited(text), text);
});

test('flags change what they name in an edited configuration, and nothing else', () => {
  const edited = `${made}    dialect: trino # as in production\n    people: people.yml\n`;
  const flags = (more: object, url = '/code/shop') =>
    withRepoFlags(edited, '/data/tablelore.yml', { url, ...more });
  assert.equal(flags({}), edited);
  assert.equal(flags({ dialect: 'trino' }), edited);
  assert.equal(flags({ ref: 'main' }), `${edited}    ref: main\n`);
  assert.match(flags({ dialect: 'athena' }), /dialect: athena # as in production\n {4}people: people\.yml/);
  assert.throws(() => flags({}, '/code/other'), /was edited and names no repository at \/code\/other/);
});
