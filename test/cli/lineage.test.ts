import assert from 'node:assert/strict';
import test from 'node:test';
import { walkFlows, type Flow } from '../../cli/lineage-graph.ts';
import { lineageDot, lineageMermaid, lineageTree } from '../../cli/lineage-print.ts';

const flow = (from: string, to: string, kind = 'reads'): Flow => ({ from, to, kind });
const names = { name: (node: string) => node };

/** raw → staging → orders → daily, with a second way round by `refunds`. */
const shop = [
  flow('raw', 'staging'),
  flow('staging', 'orders'),
  flow('staging', 'refunds'),
  flow('refunds', 'orders', 'merges'),
  flow('orders', 'daily'),
];

test('a tree goes up to the sources; what is reached again is drawn once', () => {
  assert.deepEqual(lineageTree(walkFlows(shop, 'daily', 'up', 9), names), [
    'daily',
    '└─ orders',
    '   ├─ staging',
    '   │  └─ raw',
    '   └─ refunds (merges)',
    '      └─ staging (see above)',
  ]);
});

test('a tree goes down to the readers, and says where it would go on', () => {
  assert.deepEqual(lineageTree(walkFlows(shop, 'raw', 'down', 2), names), [
    'raw',
    '└─ staging',
    '   ├─ orders (…)',
    '   └─ refunds (…)',
  ]);
});

test('a cycle ends', () => {
  const cycle = [flow('a', 'b'), flow('b', 'c'), flow('c', 'a')];
  const walk = walkFlows(cycle, 'a', 'up', 100);
  assert.equal(walk.flows.length, 3);
  assert.deepEqual(lineageTree(walk, names), ['a', '└─ c', '   └─ b', '      └─ a (see above)']);
});

test('distance is that of the shortest way', () => {
  const { distance, flows } = walkFlows(shop, 'daily', 'up', 9);
  assert.deepEqual([...distance], [['daily', 0], ['orders', 1], ['staging', 2], ['refunds', 2], ['raw', 3]]); // prettier-ignore
  assert.equal(flows.length, shop.length);
});

test('a note that does not fit the width is left out', () => {
  const text = { ...names, note: (node: string) => `${node}.sql` };
  assert.deepEqual(lineageTree(walkFlows(shop, 'refunds', 'up', 1), text, { width: 22 }), [
    'refunds  refunds.sql',
    '└─ staging (…)',
  ]);
});

test('Mermaid and DOT say the same, and names cannot break out of their quotes', () => {
  const walk = walkFlows([flow('s."odd"]', 't', 'orders_after')], 't', 'up', 1);
  assert.deepEqual(lineageMermaid(walk, names), [
    'flowchart LR',
    '  n0["t"]',
    '  n1["s.#34;odd#34;]"]',
    '  n1 -.->|"orders after"| n0',
    '  style n0 stroke-width:3px',
  ]);
  assert.deepEqual(lineageDot(walk, names), [
    'digraph lineage {',
    '  rankdir=LR;',
    '  node [shape=box];',
    '  "t" [penwidth=3];',
    '  "s.\\"odd\\"]" -> "t" [label="orders after", style=dashed];',
    '}',
  ]);
});

test('what was asked about is marked, also where nothing stands above it', () => {
  const columns = { ...walkFlows([flow('a.x', 'b.x'), flow('a.y', 'b.y')], 'b', 'up', 1), distance: new Map([['b.x', 0], ['b.y', 0], ['a.x', 1], ['a.y', 1]]) }; // prettier-ignore
  assert.deepEqual(lineageMermaid(columns, names).slice(-2), ['  style n0 stroke-width:3px', '  style n1 stroke-width:3px']); // prettier-ignore
  assert.deepEqual(lineageDot(columns, names).filter((line) => /penwidth/.test(line)), ['  "b.x" [penwidth=3];', '  "b.y" [penwidth=3];']); // prettier-ignore
});
