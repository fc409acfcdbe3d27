import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { initSqlReader } from '../../../parsers/sql/index.ts';
import { runCase } from './case.ts';

const folder = new URL('../../fixtures/derive/', import.meta.url);

await initSqlReader();

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort())
  test(`derive ${file.replace(/\.sql$/, '')}`, () => {
    runCase(readFileSync(new URL(file, folder), 'utf8'));
  });
