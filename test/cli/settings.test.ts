import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseConfig } from '../../cli/parse-config.ts';
import { findConfig, readSettings, resolveDataDir } from '../../cli/settings.ts';
import { configJsonSchema } from '../../schema/contracts/config.ts';
import { UserError } from '../../schema/contracts/errors.ts';

/** A folder with these files, by path. */
function folder(t: TestContext, files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'tablelore-settings-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const config = (name: string): string => `repos:\n  - name: ${name}\n    url: .\n`;

test('the data folder: flag, environment, the one started last, the demo', (t) => {
  const dir = folder(t, { '.tablelore/current': '.tablelore/shop\n' });
  const environment = { TABLELORE_DATA_DIR: 'from-environment' };
  assert.equal(resolveDataDir({ dataDir: 'flag' }, environment, dir), join(dir, 'flag'));
  assert.equal(resolveDataDir({}, environment, dir), join(dir, 'from-environment'));
  assert.equal(resolveDataDir({}, {}, dir), join(dir, '.tablelore/shop'));
  rmSync(join(dir, '.tablelore'), { recursive: true });
  assert.equal(resolveDataDir({}, {}, dir), join(dir, '.tablelore/demo'));
});

test('a named data folder brings its own configuration, else that of the current folder is read', (t) => {
  const dir = folder(t, { 'tablelore.yml': config('here'), 'data/tablelore.yml': config('there') });
  const nameOf = (dataDir?: string) => readSettings({ dataDir }, {}, dir).config.repos[0]?.name;
  assert.equal(nameOf('data'), 'there');
  assert.equal(nameOf('empty'), 'here');
  assert.equal(nameOf(), 'here');
});

test('commands are about what was started last; a start finds the configuration of the current folder', (t) => {
  const dir = folder(t, {
    'tablelore.yml': config('here'),
    '.tablelore/current': '.tablelore/other\n',
    '.tablelore/other/tablelore.yml': config('started'),
  });
  const settings = readSettings({}, {}, dir);
  assert.equal(settings.config.repos[0]?.name, 'started');
  assert.equal(settings.dataDir, join(dir, '.tablelore/other'));
  assert.equal(findConfig({}, {}, dir), join(dir, 'tablelore.yml'));
});

test('a configuration that is named must be there', (t) => {
  const dir = folder(t, {});
  assert.throws(() => readSettings({ config: 'gone.yml' }, {}, dir), UserError);
  assert.throws(() => readSettings({}, { TABLELORE_CONFIG: 'gone.yml' }, dir), /gone\.yml/);
  assert.throws(() => readSettings({}, {}, dir), /There is no tablelore\.yml/);
});

test('each wrong field is named with its line', () => {
  const text = `repos:
  - name: Shop Pipelines
    url: ../shop
    logs:
      - path: logs/*.jsonl
        preset: redshift
schedule:
  cron: 30 4 * * *
  catchUpHours: 3
`;
  assert.throws(
    () => parseConfig(text, 'tablelore.yml'),
    (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^tablelore\.yml:2: repos\.0\.name: use lower-case letters/m);
      assert.match(error.message, /^tablelore\.yml:6: repos\.0\.logs\.0\.preset: /m);
      assert.match(error.message, /^tablelore\.yml:9: schedule\.catchUpHours: there is no such field/m);
      assert.equal(error.message.split('\n').length, 3);
      return true;
    },
  );
});

test('broken YAML and an empty file are told with a line', () => {
  assert.throws(() => parseConfig('repos:\n  - name: [a\n', 'x.yml'), /^UserError: x\.yml:\d+: /);
  assert.throws(() => parseConfig('', 'x.yml'), /x\.yml:1: repos: is missing/);
});

test('a limit in US dollars needs prices', () => {
  const prices = 'prices: { input: 1, cachedInput: 1, output: 1 }';
  const read = (model: string) => parseConfig(`${config('shop')}model:\n${model}\n`, 'x.yml');
  for (const limit of ['  budgetUsd: 5', '  perTable: { usd: 1 }']) {
    assert.throws(() => read(limit), /model\.prices: a limit in US dollars needs the prices of the model/);
    const judge = `${limit}\n  ${prices}\n  support: { enabled: true, name: cheap`;
    assert.throws(() => read(`${judge} }`), /model\.support\.prices: .*the judge/);
    assert.equal(read(`${judge}, ${prices} }`).model.support.enabled, true);
  }
});

test('secrets and servers come from the environment only', (t) => {
  const dir = folder(t, { 'tablelore.yml': config('here') });
  const environment = {
    DATABASE_URL: 'postgres://db/x',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_API_KEY: 'key',
    OPENAI_API_KEY: '',
  };
  const settings = readSettings({}, environment, dir);
  assert.equal(settings.databaseUrl, 'postgres://db/x');
  assert.deepEqual(settings.temporal, {
    address: 'temporal:7233',
    namespace: 'default',
    apiKey: 'key',
    tls: true,
  });
  assert.equal(settings.openaiKey, null);
});

test('the JSON schema for editors is current', () => {
  const file = join(import.meta.dirname, '../../schema/tablelore.schema.json');
  const hint = 'run `node schema/emit-json-schema.ts > schema/tablelore.schema.json`';
  assert.deepEqual(
    JSON.parse(readFileSync(file, 'utf8')),
    JSON.parse(JSON.stringify(configJsonSchema())),
    hint,
  );
});

test('what the environment says of the servers is read with the rest; an empty variable is none', (t) => {
  const dir = folder(t, { 'tablelore.yml': config('here') });
  const environment = {
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: 'temporal:7233',
    TEMPORAL_UI_URL: 'https://ui',
    TABLELORE_EMBEDDED_DATABASE: '1',
  };
  const settings = readSettings({}, environment, dir);
  assert.equal(settings.databaseUrl, null);
  assert.equal(settings.temporal.address, 'temporal:7233');
  assert.equal(settings.temporalUiUrl, 'https://ui');
  assert.equal(settings.embeddedDatabase, true);
  assert.equal(readSettings({}, {}, dir).embeddedDatabase, false);
});
