/** The docs name every field, command and option that there is, and nothing that there is not. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import { buildProgram } from '../cli/main.ts';
import { claimFields, claimLineSchema, claimValueSchemas } from '../schema/contracts/claims.ts';
import { configJsonSchema } from '../schema/contracts/config.ts';
import {
  backfillInputSchema,
  enrichTableInputSchema,
  layers,
  nightlyInputSchema,
} from '../schema/contracts/runs.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].sort();

/** Names of all properties, at any depth. */
function* fieldsOf(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') yield* Object.keys(value as object);
    yield* fieldsOf(value);
  }
}

const missing = (text: string, names: Iterable<string>): string[] =>
  [...new Set(names)].filter((name) => !text.includes(`\`${name}\``)).sort();

test('every field of tablelore.yml is described', () => {
  assert.deepEqual(missing(read('docs/configuration.md'), fieldsOf(configJsonSchema())), []);
});

test('the defaults that are told are the defaults that there are', () => {
  const text = read('docs/configuration.md');
  const { properties } = configJsonSchema() as {
    properties: Record<string, { properties?: Record<string, { default?: unknown }> }>;
  };
  for (const part of ['schedule', 'model', 'embeddings']) {
    const section = text.split(`\n## \`${part}\`\n`)[1]?.split('\n## ')[0] ?? '';
    for (const [field, { default: value }] of Object.entries(properties[part]?.properties ?? {})) {
      const row = new RegExp(`^\\| \`${field}\` +\\| (.*?) +\\|`, 'm').exec(section)?.[1];
      const told = value === undefined ? 'none' : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
      assert.equal(row, told, `${part}.${field}`);
    }
  }
});

test('every command is described with its options', () => {
  const text = read('docs/operations.md');
  const common = /^Every command takes (.*)\.$/m.exec(text)?.[1] ?? '';
  for (const command of buildProgram().commands) {
    const row = new RegExp(`^\\| \`${command.name()}[ \`].*$`, 'm').exec(text)?.[0];
    assert.ok(row, `${command.name()} is not in the table of commands`);
    for (const { long } of command.options)
      assert.ok(row.includes(long ?? '') || common.includes(long ?? ''), `${command.name()} ${long ?? ''}`);
    const told = [...row.matchAll(/`(--[a-z-]+)/g)].map((match) => match[1]);
    for (const option of told)
      assert.ok(
        command.options.some(({ long }) => long === option),
        `${command.name()} has no ${option ?? ''}`,
      );
  }
});

test('every field of a claim has a section with a value that fits', () => {
  const [, whole = '', values = ''] = read('docs/claims.md').split(/\n## (?:A whole line|Values)\n/);
  const examples = (text: string) =>
    [...text.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']): unknown => JSON.parse(json));
  assert.ok(examples(whole).length > 0);
  for (const line of examples(whole)) claimLineSchema.parse(line);
  const told = new Set<string>();
  for (const section of values.split('\n### ').slice(1)) {
    const [head = ''] = section.split('\n');
    for (const [, name = ''] of head.matchAll(/`(\w+)`/g)) {
      const field = claimFields.find((one) => one === name);
      assert.ok(field, `there is no field ${name}`);
      const found = examples(section);
      assert.ok(found.length > 0, `${field} has no example`);
      for (const example of found) claimValueSchemas[field].parse(example);
      told.add(field);
    }
  }
  assert.deepEqual(
    claimFields.filter((field) => !told.has(field)),
    [],
  );
});

test('commands in examples exist, with their options', () => {
  const commands = new Map(buildProgram().commands.map((command) => [command.name(), command]));
  let seen = 0;
  for (const page of pages) {
    for (const [line, name = '', rest = ''] of read(page).matchAll(/npx tablelore ([a-z]+)([^\n`]*)/g)) {
      const options = commands.get(name)?.options.map(({ long }) => long);
      assert.ok(options, `${page}: ${line}`);
      for (const [option] of rest.split(' #')[0]?.matchAll(/--[a-z-]+/g) ?? [])
        assert.ok(option === '--help' || options.includes(option), `${page}: ${line}`);
      seen += 1;
    }
  }
  assert.ok(seen > 10);
});

test('the payloads that are told fit the workflows', () => {
  const blocks = read('docs/operations.md').matchAll(/Workflow type `(\w+)`:|```json\n([^]*?)```/g);
  const schemas = {
    nightly: nightlyInputSchema,
    enrichTable: enrichTableInputSchema,
    backfill: backfillInputSchema,
  };
  let workflow: keyof typeof schemas | null = null;
  let payloads = 0;
  for (const [, named, json] of blocks) {
    if (named !== undefined) workflow = named as keyof typeof schemas;
    else {
      assert.ok(workflow, 'a payload stands before the first workflow type');
      schemas[workflow].parse(JSON.parse(json ?? ''));
      payloads += 1;
    }
  }
  assert.ok(payloads >= 5);
  assert.deepEqual(missing(read('docs/operations.md'), layers), []);
});

test('every environment variable that the code reads is described', () => {
  const sources = globSync('{cli,source,activities,bin}/**/*.{ts,js}', { cwd: root }).map(read).join('\n');
  const names = sources.match(/\b(?:TABLELORE|TEMPORAL|OPENAI)_[A-Z_]+\b|\bDATABASE_URL\b/g) ?? [];
  // Handed from the launcher to what it starts.
  const internal = ['TABLELORE_DATABASE_PASSWORD', 'TABLELORE_EMBEDDED_DATABASE'];
  assert.deepEqual(missing(read('docs/production.md'), new Set(names).difference(new Set(internal))), []);
});

test('every code of a diagnostic is described', () => {
  const families = 'annotations|bqetl|catalogue|crawl|dataform|dbt|jinja|link|parse|people|python|query_log|sql|typescript|yaml'; // prettier-ignore
  const sources = globSync('{activities,inference,parsers,source}/**/*.ts', { cwd: root }).map(read);
  const codes = sources.flatMap((text) =>
    [...text.matchAll(new RegExp(`'((?:${families})\\.[a-z_]+)'`, 'g'))].map(([, code = '']) => code),
  );
  assert.ok(codes.length > 20);
  const made = sources.flatMap((text) =>
    [...text.matchAll(new RegExp(`\`((?:${families})\\.[a-z_]*)\\$\\{`, 'g'))].map(([, begin]) => begin),
  );
  assert.deepEqual(made, ['crawl.'], 'codes that are put together cannot be compared with the table');
  const files = ['dataform.json'];
  assert.deepEqual(
    missing(
      read('docs/failures.md'),
      codes.filter((code) => !files.includes(code)),
    ),
    [],
  );
});

test('every link leads somewhere', () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative(root, join(root, dirname(page), path));
      if (!existsSync(join(root, file))) broken.push(`${page}: ${target}`);
      else if (anchor !== undefined && !anchors(read(file)).has(anchor)) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

/** As GitHub makes them of headings. */
const anchors = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+ (.*)$/gm)].map(
      (match) =>
      (match[1] ?? '').toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-'), // prettier-ignore
    ),
  );

test('every path of the repository that is named exists', () => {
  const folders = 'activities|bench|bin|cli|docs|fixtures|inference|knowledge|parsers|retrieval|schema|source|store|test|workflows'; // prettier-ignore
  const named = new RegExp(`(?<![\\w/.-])(?:${folders})/[\\w./-]+\\.(?:ts|js|json|sql|md|svg|yml)\\b`, 'g');
  const gone = pages.flatMap((page) =>
    (read(page).match(named) ?? [])
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(page), path)))
      .map((path) => `${page}: ${path}`),
  );
  assert.deepEqual(gone, []);
});
