import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { readPlainYaml } from '../../../parsers/yaml/plain.ts';

const schema = `fields:
- name: submission_date
  mode: REQUIRED
  type: DATE
  description: The day, in UTC,
    on which it came (not "client" time).
- name: it's
  description: 'Don''t: a # and

    a new line'
  fields:
    - name: "a\\tb \\
        c"
      scale: -12
      safe: true
      default: null
- plain
owners: []
query.sql:
  text: |-
    SELECT 1

    # kept
  folded: >
    a
    b
`;

/** Values, and the first and last line of each. */
function outline(node: unknown, counter: LineCounter): unknown {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return node ?? null;
  const [start, end] = node.range!;
  const lines = [counter.linePos(start).line, counter.linePos(end - 1).line];
  if (isScalar(node)) return [lines, node.tag, node.value];
  if (isSeq(node)) return [lines, node.tag, node.items.map((item) => outline(item, counter))];
  const pairs = node.items.map(({ key, value }) => [outline(key, counter), outline(value, counter)]);
  return [lines, node.tag, pairs];
}

/** Whether the text is plain; if it is, the library must say the same of it. */
function plainAsLibrary(text: string): boolean {
  const [ours, theirs] = [new LineCounter(), new LineCounter()];
  const plain = readPlainYaml(text, ours);
  if (plain === undefined) return false;
  const document = parseDocument(text, { lineCounter: theirs, logLevel: 'silent', uniqueKeys: false });
  assert.deepEqual([outline(plain, ours), []], [outline(document.contents, theirs), document.errors], text);
  return true;
}

test('what programs write is read as the library reads it', () => {
  assert.ok(plainAsLibrary(schema));
});

test('whatever is put into it is read alike, or left to the library', () => {
  const pieces = ['\n', '\n\n', ' ', ':', ': ', '- ', '-', "'", '"', '#', ' # x', '|', '&a ', '*a', '!t ', '1', '0x', '~', '[', '\\', '\t', '%', '---\n', 'é', 'null']; // prettier-ignore
  let plain = 0;
  for (const [index, piece] of pieces.entries())
    for (let at = index % 7; at <= schema.length; at += 7)
      if (plainAsLibrary(schema.slice(0, at) + piece + schema.slice(at))) plain++;
  assert.ok(plain > 100, `${plain} stayed plain`);
});
