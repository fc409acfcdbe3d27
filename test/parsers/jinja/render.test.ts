import assert from 'node:assert/strict';
import test from 'node:test';
import { locate, parseTemplate, render } from '../../../parsers/jinja/jinja.ts';
import { modules } from '../../../parsers/jinja/modules.ts';
import type { RuntimeOptions } from '../../../parsers/jinja/runtime.ts';

function run(source: string, options: Partial<RuntimeOptions> = {}) {
  return render(parseTemplate(source, 'm.sql'), options);
}

test('every rendered line is traced to the file line that wrote it', () => {
  const rendering = run(
    '{% set x = 1 %}\nselect\n{% for c in ["a", "b"] %}\n  {{ c }},\n{% endfor %}\nfrom t',
  );
  const lines = rendering.text
    .split('\n')
    .map((text, i) => [text.trim(), locate(rendering.lineMap, i + 1)?.line] as const);
  assert.deepEqual(
    lines.filter(([text]) => text !== ''),
    [
      ['select', 2],
      ['a,', 4],
      ['b,', 4],
      ['from t', 6],
    ],
  );
});

test('text of a macro keeps its own line and names the line that called it', () => {
  const rendering = run(
    '{% macro m() %}\nfirst\nsecond\n{% endmacro %}\n{% set kept = m() %}\nhead {{ kept }}',
  );
  const row = rendering.text.split('\n').indexOf('second') + 1;
  assert.deepEqual(locate(rendering.lineMap, row), { path: 'm.sql', line: 3, call: 6 });
  assert.deepEqual(rendering.trace, [{ name: 'm', path: 'm.sql' }]);
});

test('what is unknown is recorded with its line and stays visible; the rest still renders', () => {
  const { text, diagnostics } = run('a\n{{ nope.thing(1) }}\n{{ 1 + "x" }}\nb');
  assert.equal(text, 'a\nundefined_nope_thing\nundefined_failed\nb');
  assert.deepEqual(
    diagnostics.map(({ line, severity }) => [line, severity]),
    [
      [2, 'warning'],
      [3, 'error'],
    ],
  );
  assert.throws(() => run('\n{{ nope() }}', { unknown: 'throw' }), { name: 'JinjaError', line: 2 });
});

test('hostile templates stop at a budget and say so', () => {
  for (const source of [
    '{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}',
    '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}',
    '{% set ns = namespace(s="aaaaaaaaaaaaaaaa") %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
    '{% set l = [1] %}{% do l.append(l) %}{% do l.append(l) %}{{ l | tojson }}',
    '{{ "a" * 10 ** 12 }}',
    '{{ 9 ** 9 ** 9 ** 9 ** 9 ** 9 }}',
  ]) {
    const { diagnostics } = run(source, { limits: { steps: 200_000, output: 100_000 } });
    assert.equal(diagnostics[0]?.severity, 'error', source);
  }
});

test('a syntax error names its line', () => {
  assert.throws(() => parseTemplate('a\n{% if x %}\nb', 'm.sql'), { name: 'JinjaError', path: 'm.sql' });
  assert.throws(() => parseTemplate('a\n{{ x +* }}', 'm.sql'), { line: 2 });
});

test("dbt's modules: datetime, re, itertools", () => {
  const lookup = (name: string) =>
    name === 'modules' ? modules(new Date('2024-03-05T06:07:08Z')) : undefined;
  const { text, diagnostics } = run(
    `{% set dt = modules.datetime %}{% set now = dt.datetime.utcnow() %}{{ now.strftime('%Y-%m-%d %H:%M') }} {{ (now - dt.timedelta(days=5, hours=7)).isoformat() }}
{{ dt.datetime.strptime('2020-02-29', '%Y-%m-%d').date() + dt.timedelta(days=366) }} {{ (now.date() - dt.date(2024, 1, 1)).days }}
{{ modules.re.sub('([a-z])(\\\\d)', '\\\\2\\\\1', 'a1 b2') }} {{ modules.re.match('(?P<x>b+)', 'bbc').group('x') }} {{ modules.re.findall('\\\\w', 'a b') }}
{{ modules.itertools.product([1, 2], 'ab') | list }} {{ modules.itertools.combinations([1, 2, 3], 2) | list }}`,
    { lookup },
  );
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(text.split('\n'), [
    '2024-03-05 06:07 2024-02-28T23:07:08',
    '2021-03-01 64',
    "1a 2b bb ['a', 'b']",
    "[(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')] [(1, 2), (1, 3), (2, 3)]",
  ]);
});
