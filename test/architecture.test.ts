import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { startTracing } from '../cli/worker/tracing/tracing.ts';
import { workflowBundle } from '../cli/workflow-bundle.ts';
import { areas, composers, importProblem } from './architecture/import-rules.ts';
import { longFiles, lineLimit } from './architecture/long-files.ts';
import { files, importsOf, sources, textOf } from './architecture/repository.ts';

const graph = sources
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => importsOf(file, textOf(file)).map((each) => ({ file, ...each })));

test('every import keeps to the walls between the folders', () => {
  const problems = graph.flatMap(({ file, line, target, typeOnly }) => {
    const problem = importProblem(file, target, typeOnly);
    return problem === null ? [] : [`${file}:${line}: ${problem}`];
  });
  assert.deepEqual(problems, []);
  assert.ok(graph.length > 1000, 'the graph was read');
});

test('every entry of the import rules is used', () => {
  const narrow = areas.filter(({ path }) => !composers.includes(path));
  const unused = narrow.flatMap((area) => {
    const inArea = graph.filter(
      ({ file }) => areas.find(({ path }) => file === path || file.startsWith(path)) === area,
    );
    return [...area.may, ...(area.mayType ?? []), ...(area.node ?? [])]
      .filter((entry) => !inArea.some(({ target }) => target === entry || target.startsWith(entry)))
      .map((entry) => `${area.path} is allowed ${entry}`);
  });
  assert.deepEqual(unused, []);
});

test('the import rules refuse what the design forbids', () => {
  const forbidden: [file: string, text: string][] = [
    ['schema/contracts/claims.ts', `import { sql } from 'kysely'`],
    ['schema/contracts/claims.ts', `export * from '../tables.ts'`],
    ['parsers/python/reader.ts', `import { readFileSync } from 'node:fs'`],
    ['parsers/dbt/render.ts', `const sdk = await import('@polyglot-sql/sdk')`],
    ['inference/derive/join.ts', `type Db = import('../../store/database.ts').Database`],
    ['knowledge/merge.ts', `import { readCards } from '../store/cards.ts'`],
    ['workflows/nightly.ts', `import { createActivities } from '../activities/index.ts'`],
    ['workflows/nightly.ts', `import { stages } from '../activities/contract.ts'`],
    ['workflows/nightly.ts', `import { randomUUID } from 'node:crypto'`],
    ['activities/link.ts', `import { sql } from 'kysely'`],
    ['activities/link.ts', `import { openDatabase } from '../store/database.ts'`],
    ['activities/parse/thread.ts', `import { createParsePool } from './pool.ts'`],
    ['retrieval/search.ts', `import type { Stages } from '../activities/contract.ts'`],
    ['retrieval/search.ts', `import { Client } from '@temporalio/client'`],
    ['store/cards.ts', `import { mergeClaims } from '../knowledge/merge.ts'`],
    ['cli/main.ts', `import pg from 'pg'`],
    ['source/mirror.ts', `import OpenAI from 'openai'`],
  ];
  for (const [file, text] of forbidden) {
    const [found] = importsOf(file, text);
    assert.ok(found && importProblem(file, found.target, found.typeOnly), `${file}: ${text}`);
  }
});

test('a file is short, or on the list of those that are better whole', () => {
  const listed = new Map(longFiles.flatMap(({ names, limit }) => names.map((name) => [name, limit])));
  const problems = sources.flatMap((file) => {
    const lines = textOf(file).split('\n').length - 1;
    const limit = listed.get(file) ?? lineLimit(file);
    if (lines > limit) return [`${file} has ${lines} lines, of at most ${limit}`];
    return listed.has(file) && lines <= lineLimit(file)
      ? [`${file} is short again: take it off the list`]
      : [];
  });
  const gone = [...listed.keys()].filter((file) => !sources.includes(file));
  assert.deepEqual([...problems, ...gone.map((file) => `${file} is on the list and not there`)], []);
});

const ours = String.raw`workflows\/[\w-]+\.ts|schema\/contracts\/[\w-]+\.ts`;
const packages = String.raw`@temporalio\/(?:common|workflow|worker)|nexus-rpc|zod|long|ms`;
const tracing = String.raw`@temporalio\/(?:interceptors-opentelemetry|plugin)|@opentelemetry\/(?:api|core|resources|sdk-trace-base|semantic-conventions)`;

/** Names of the modules that the bundle holds and the list does not. */
async function outside(allowed: string, interceptors: readonly string[]): Promise<string[]> {
  const { codePath } = await workflowBundle(join(import.meta.dirname, '../.cache'), interceptors);
  const code = readFileSync(codePath, 'utf8');
  const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"$/gm)].map(([, name]) => name ?? '');
  assert.ok(modules.includes('./workflows/nightly.ts'), 'the modules were found in the bundle');
  // A name such as `?31ff` is a module that the bundler replaced by nothing.
  const real = modules.filter((name) => !/^\?[0-9a-f]+$/.test(name));
  const listed = new RegExp(String.raw`^\.\/(?:${ours}|node_modules\/(?:${allowed})\/.+)$`);
  return real.filter((name) => !listed.test(name));
}

test('the bundle of the workflows holds nothing outside the allow-list', async () => {
  assert.deepEqual(await outside(packages, []), []);
});

test('the bundle of traced workflows holds OpenTelemetry besides, and nothing else', async () => {
  const { workflowModules } = await startTracing({ OTEL_TRACES_EXPORTER: 'otlp' });
  assert.deepEqual(await outside(`${packages}|${tracing}`, workflowModules), []);
  assert.notDeepEqual(await outside(packages, workflowModules), []);
});

test('nothing names a machine, a package mirror or a folder outside the repository', () => {
  // Written in pieces, so that this file does not find itself.
  const forbidden = [
    [
      'a package registry',
      `registry\\.(?:npmjs|yarnpkg)|${'pypi'}\\.org|${'proxy'}\\.golang|"${'resolved'}":`,
    ],
    ['a folder of one machine', `(?<![\\w.$}*-])/${'work'}/|/tmp/${'tl'}\\b|(?<![\\w-])/${'root'}/`],
    ['a folder outside the repository', `(?<!['"\`/.])\\.\\./${'shared'}\\b`],
  ] as const;
  const found = files.flatMap((file) => {
    const text = textOf(file);
    if (text.includes('\0')) return [];
    return forbidden.flatMap(([what, pattern]) => {
      const match = new RegExp(pattern).exec(text);
      return match ? [`${file}:${text.slice(0, match.index).split('\n').length}: ${what}: ${match[0]}`] : [];
    });
  });
  assert.deepEqual(found, []);
});
