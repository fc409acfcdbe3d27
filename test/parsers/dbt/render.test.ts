import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadDbtProject } from '../../../parsers/dbt/load.ts';
import { renderModel } from '../../../parsers/dbt/render.ts';
import type { DbtProject } from '../../../parsers/dbt/project.ts';
import type { DbtNode, RelationName, RenderedModel } from '../../../parsers/dbt/types.ts';
import { locate } from '../../../parsers/jinja/jinja.ts';

// A case is a pair inside a project: a node, and `expected/<name>.txt` with what it renders to.
const folder = new URL('../../fixtures/dbt/', import.meta.url).pathname;

function project(name: string): DbtProject {
  const root = join(folder, name);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = paths
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/expected/'));
  return loadDbtProject(
    new Map(files.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')])),
    '',
  );
}

const dotted = (name: RelationName): string =>
  [name.database, name.schema, name.identifier].filter((part) => part !== undefined).join('.');

/** A rendering as text: each line of SQL behind the file and line that wrote it. */
function shown({ node, relation, config, materialized, ...rest }: RenderedModel): string {
  const text = ({ sql, lineMap }: RenderedModel['full']): string[] =>
    sql.split('\n').flatMap((line, i) => {
      const place = locate(lineMap, i + 1);
      return line.trim() === '' ? [] : [`${place?.path.split('/').at(-1)}:${place?.line} | ${line}`];
    });
  return [
    `${node.uniqueId} = ${materialized} ${dotted(relation)}`,
    `config ${JSON.stringify(config)}`,
    ...rest.dependencies.map(
      (d) =>
        `${d.kind} ${d.name} → ${d.uniqueId ?? '-'} ${dotted(d.relation)} line ${d.place.line}${d.ephemeral ? ' ephemeral' : ''}${d.known ? '' : ' unknown'}`,
    ),
    `macros ${rest.macros.join(' ')}`,
    ...rest.diagnostics.map((d) => `${d.severity} ${d.code} ${d.path}:${d.line}`),
    '--- full',
    ...text(rest.full),
    ...(rest.incremental ? ['--- incremental', ...text(rest.incremental)] : []),
    ...rest.hooks.map((hook) => `--- ${hook.when}-hook ${hook.sql}`),
    '',
  ].join('\n');
}

for (const name of readdirSync(folder)) {
  const loaded = project(name);
  const nodes = new Map(
    Array.from(loaded.nodes.values(), (node): [string, DbtNode] => [node.uniqueId, node]),
  );
  for (const file of readdirSync(join(folder, name, 'expected'))) {
    test(`dbt: ${name}/${file}`, () => {
      const node = nodes.get(file.replace(/\.txt$/, ''));
      assert.ok(node, 'the project has no such node');
      const rendered = renderModel(loaded, node);
      assert.ok(rendered);
      assert.equal(shown(rendered), readFileSync(join(folder, name, 'expected', file), 'utf8'));
    });
  }
}

test('the trace names what the text rests on, and changes with it', () => {
  const files = (macro: string) =>
    new Map([
      ['dbt_project.yml', 'name: p'],
      ['macros/m.sql', `{% macro m() %}${macro}{% endmacro %}`],
      ['models/a.sql', 'select {{ m() }} from {{ ref("b") }} where x > {{ var("v", 1) }}'],
      ['models/b.sql', 'select 1'],
    ]);
  const trace = (macro: string) => renderModel(loadDbtProject(files(macro), ''), 'models/a.sql')?.trace ?? {};
  const [before, after] = [trace('1'), trace('2')];
  assert.deepEqual(Object.keys(before).sort(), ['config:model.p.a', 'macro:p.m', 'ref:b', 'var:v']);
  assert.deepEqual(
    Object.keys(before).filter((key) => before[key] !== after[key]),
    ['macro:p.m'],
  );
});

test('columns that the caller knows let macros write them out', () => {
  const files = new Map([
    ['dbt_project.yml', 'name: p'],
    ['models/a.sql', 'select {{ dbt_utils.star(ref("b"), except=["y"]) }} from {{ ref("b") }}'],
    ['models/b.sql', 'select 1 x, 2 y'],
  ]);
  const columns = ({ identifier }: RelationName) =>
    identifier === 'b' ? [{ name: 'x' }, { name: 'y' }, { name: 'z' }] : undefined;
  const sql = renderModel(loadDbtProject(files, '', { dialect: 'postgres', columns }), 'models/a.sql')?.full
    .sql;
  assert.equal(sql?.replace(/\s+/g, ' '), 'select "x", "z" from "p"."b"');
});

test('a dispatch whose namespace is no package looks everywhere', () => {
  const files = new Map([
    ['dbt_project.yml', 'name: p'],
    ['models/a.sql', "{{ q.both() }} {{ adapter.dispatch('low', 'macros')() }}"],
    ['dbt_packages/q/dbt_project.yml', 'name: q'],
    ['dbt_packages/q/macros/m.sql', "{% macro both() %}{{ adapter.dispatch('low', 'macros')() }}{% endmacro %}{% macro default__low() %}least{% endmacro %}"], // prettier-ignore
  ]);
  const rendered = renderModel(loadDbtProject(files, '', { dialect: 'postgres' }), 'models/a.sql');
  assert.equal(rendered?.full.sql, 'least least');
  assert.deepEqual(rendered.diagnostics, []);
});

test("names of JavaScript's own objects mean nothing to a template", () => {
  const files = new Map([
    ['dbt_project.yml', 'name: p'],
    ['models/a.sql', '{{ constructor }}{{ adapter.constructor("x") }}{{ __proto__ }}{% constructor %}'],
  ]);
  const rendered = renderModel(loadDbtProject(files, ''), 'models/a.sql');
  assert.equal(rendered?.full.sql, 'undefined_adapter_constructor');
  assert.equal(rendered.diagnostics.filter((d) => d.severity === 'error').length, 1);
});
