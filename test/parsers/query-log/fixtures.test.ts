import { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { roleOf } from '../../../parsers/annotations/roles.ts';
import type { LogPreset } from '../../../parsers/query-log/presets.ts';
import { readLog, type LogItem } from '../../../parsers/query-log/stream.ts';
import { assertExpected } from '../expected.ts';

const folder = path.join(import.meta.dirname, '../../fixtures/query-log');
const people = [
  { user: 'ana@acme.example', aliases: ['ANA'], role: 'analyst' as const },
  { user: '*@acme.example', aliases: [], role: 'engineer' as const },
];

// A case is `<preset>[.words].<jsonl|csv>` with its entries and diagnostics beside it in `.json`.
for (const file of readdirSync(folder).filter((name) => /\.(jsonl|csv)$/.test(name))) {
  test(`query log ${file}`, async () => {
    const items: LogItem[] = [];
    const chunks = createReadStream(path.join(folder, file), { encoding: 'utf8', highWaterMark: 100 });
    const preset = file.split('.')[0] as LogPreset;
    const format = file.endsWith('csv') ? 'csv' : 'jsonl';
    for await (const item of readLog(chunks, { path: file, format, preset, roleOf: roleOf(people) }))
      items.push(item);
    assertExpected(items, path.join(folder, `${file}.json`));
  });
}
