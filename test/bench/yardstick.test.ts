import assert from 'node:assert/strict';
import test from 'node:test';
import { compareLineage } from '../../bench/repository/yardstick.ts';

type Links = Parameters<typeof compareLineage>[0];

const link = (path: string | null, upstream: readonly string[], alias: string | null = null) => ({
  path,
  alias,
  upstream,
  builds: path === null ? [] : [{ facts: path, path, blob: '', builds: [0] }],
});

test('edges are compared by the ends of names, file by file', () => {
  const links: Links = new Map([
    [
      'db.prod.orders_v2',
      link('orders.sql', ['db.raw.orders', 'db.prod.users', 'db.prod.orders_v2'], 'orders'),
    ],
    ['db.prod.report', link('report.sql', ['db.prod.orders_v2', 'db.prod.extra'])],
    ['db.raw.orders', link(null, [])],
    ['db.prod.users', link('users.sql', ['lake.app.user_table'])],
    ['lake.app.user_table', link(null, [])],
  ]);
  const called = new Map([['users.sql', new Set(['app.users'])]]);
  const figures = compareLineage(links, called, [
    { file: 'orders.sql', sources: ['raw.orders', 'DB.prod.users', 'db.prod.orders_v2'] },
    { file: 'report.sql', sources: ['refs.orders', 'refs.lost'] },
    { file: 'users.sql', sources: ['app.users'] },
    { file: 'other.sql', sources: ['raw.x'] },
  ]);
  assert.deepEqual(figures, {
    files: 4,
    comparedFiles: 3,
    equalFiles: 2,
    both: 4,
    missing: 1,
    extra: 1,
    examples: [{ file: 'report.sql', missing: ['refs.lost'], extra: ['db.prod.extra'] }],
  });
});
