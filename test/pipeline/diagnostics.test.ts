import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readDiagnostics } from '../../store/runs.ts';
import { createWorld } from '../support/pipeline.ts';

const good = { sql: 'select 1', startedAt: '2026-10-19T08:00:00Z', user: 'a' };
const log = [good, ...Array.from({ length: 7 }, (_, i) => ({ ...good, startedAt: `after lunch ${i}` }))];

test('what is wrong in files beside the repository is told, the same every night', async () => {
  const world = await createWorld({
    configure: (config, dir) => {
      writeFileSync(join(dir, 'log.jsonl'), log.map((row) => `${JSON.stringify(row)}\n`).join(''));
      writeFileSync(join(dir, 'people.yml'), '- { user: a, role: king }\n');
      writeFileSync(join(dir, 'notes.yml'), '- { table: x, date: soon }\n- {\n');
      writeFileSync(join(dir, 'columns.csv'), 'table_name,column_name\norders,\n');
      Object.assign(config.repos[0], {
        logs: [{ path: 'log.jsonl' }],
        people: 'people.yml',
        annotations: 'notes.yml',
        catalogs: ['columns.csv'],
      });
    },
  });
  const told = async () => {
    const { run } = await world.night();
    const beside = new Set(['log.jsonl', 'people.yml', 'notes.yml', 'columns.csv']);
    return ((await readDiagnostics(world.db, run)) ?? []).filter(({ path }) => beside.has(path));
  };
  const first = await told();
  const lines = (path: string) =>
    first.filter((one) => one.path === path).map(({ code, line }) => [code, line]);
  assert.deepEqual(lines('log.jsonl'), [
    ...[2, 3, 4, 5, 6].map((line) => ['query_log.row', line]),
    ['query_log.row', undefined],
  ]);
  assert.deepEqual(lines('people.yml'), [['people.invalid', 1]]);
  assert.deepEqual(lines('columns.csv'), [['catalogue.row', undefined]]);
  assert.ok(lines('notes.yml').some(([code]) => code === 'yaml.syntax'));
  assert.deepEqual(await told(), first);
});
