import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { endOf, readYaml } from '../../../parsers/yaml/document.ts';
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

const written = `---
# What people write.
version: 2

models:
  - name: a   
    # of all columns
    columns:

      - &day
        name: day   # in UTC
        tests:
          - unique

          # and
          - dbt_utils.accepted_range: {min_value: 0, max: [1.5, "x # y"]} # flow
      # between
      - name: 'b' # quoted
        values: ['c',
          'd']  
      - *day

  # another
  - name: e
    empty:
    config:  # none yet
    +tags: &tags
    - f
    note: &note "g"
    again: *note
    <<: *tags

# the end
`;

/** Values, and the first and last line of each. */
function outline(node: unknown, counter: LineCounter): unknown {
  if (!isNode(node)) return null;
  const start = node.range?.[0] ?? 0;
  const lines = [start, endOf(node) - 1].map((at) => counter.linePos(Math.max(at, start)).line);
  if (isAlias(node)) return [lines, node.source];
  const told = [lines, node.tag, node.anchor];
  if (isScalar(node)) return [...told, node.value];
  if (isSeq(node)) return [...told, node.items.map((item) => outline(item, counter))];
  if (!isMap(node)) return told;
  return [...told, node.items.map(({ key, value }) => [outline(key, counter), outline(value, counter)])];
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

for (const [who, text] of Object.entries({ programs: schema, people: written })) {
  test(`what ${who} write is read as the library reads it`, () => {
    assert.ok(plainAsLibrary(text));
  });

  test(`whatever is put into what ${who} write is read alike, or left to the library`, () => {
    const pieces = ['\n', '\n\n', ' ', ':', ': ', '- ', '-', "'", '"', '#', ' # x', '|', '&a ', '*a', '!t ', '1', '0x', '~', '[', '\\', '\t', '%', '---\n', 'é', 'null', '\n#x\n', '{', '  ', '.']; // prettier-ignore
    let plain = 0;
    for (const [index, piece] of pieces.entries())
      for (let at = index % 7; at <= text.length; at += 7)
        if (plainAsLibrary(text.slice(0, at) + piece + text.slice(at))) plain++;
    assert.ok(plain > 100, `${plain} stayed plain`);
  });
}

test('blanks below a block of text belong to it where they go further than it', () => {
  const plain = ['', '  ', '      ', '  \n      ', '      \n\n'].map((blank) =>
    ['|', '|-', '>', '|+'].map((style) => plainAsLibrary(`a: ${style}\n  x\n${blank}\nb: 1\n`)),
  );
  assert.deepEqual(plain.map(String), ['true,true,true,false', 'true,true,true,false', ...Array<string>(3).fill('false,false,false,false')]); // prettier-ignore
});

test('runs of blanks cost their length', { timeout: 2000 }, () => {
  const blanks = ' '.repeat(200_000);
  for (const text of [`a: x${blanks}y\n`, `a: x\n  y${blanks}z\n`, `a: 'x\n  y${blanks}z'\n`])
    assert.ok(readPlainYaml(text, new LineCounter()));
});

test('an item ends with its last value, whoever reads it', () => {
  for (const first of ['version: 2', 'version: !left 2']) {
    const { root } = readYaml('m.yml', `${first}\nmodels:\n  - name: a\n\n  # the next\n  - name: b\n`);
    const items = root?.get('models')?.items() ?? [];
    assert.deepEqual(items.map(({ lines }) => lines), [[3, 3], [6, 6]]); // prettier-ignore
  }
});
