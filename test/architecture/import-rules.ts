/**
 * What each folder may import. `eslint.config.js` applies these rules while one types, test/architecture.test.ts to the whole graph.
 * A folder may always import itself. The first area that holds a file is the file's area, so the narrower one stands first.
 */
export interface Area {
  /** A folder with its closing slash, or one file. */
  readonly path: string;
  /** Our own folders and files, and packages by name. */
  readonly may: readonly string[];
  /** The same, by `import type` only. */
  readonly mayType?: readonly string[];
  /** Node's own modules; every one where not given. */
  readonly node?: readonly string[];
  /** Why an entry is there that one would not expect. */
  readonly why?: string;
}

const contracts = 'schema/contracts/';
const everythingOfOurs = [
  ...['schema/', 'source/', 'parsers/', 'inference/', 'knowledge/', 'store/', 'retrieval/'],
  ...['workflows/', 'activities/', 'cli/', 'fixtures/build-repo.ts'],
];

export const areas: readonly Area[] = [
  { path: contracts, may: ['zod'], node: [] },
  { path: 'schema/', may: ['kysely'], node: [] },
  {
    path: 'parsers/sql/',
    may: [contracts, '@polyglot-sql/sdk', '@guanmingchiu/sqlparser-ts'],
    node: [],
    why: 'The two SQL parsers stay behind this folder, so that either can be replaced.',
  },
  {
    path: 'parsers/',
    may: [
      ...[contracts, 'yaml', 'csv-parse', 'picomatch', 'zod'],
      ...['@lezer/common', '@lezer/python', '@typescript-eslint/typescript-estree'],
    ],
    node: ['node:crypto', 'node:module', 'node:stream'],
    why: 'Hashes name what was parsed; a library that is large and seldom needed is loaded late; a query log too large for memory arrives as a stream that the caller opened.',
  },
  { path: 'inference/', may: [contracts, 'picomatch', 'zod'], node: [] },
  {
    path: 'knowledge/',
    may: [contracts, '@secretlint/secretlint-rule-preset-recommend'],
    node: ['node:crypto', 'node:net', 'node:util'],
    why: 'Hashes are ids; `net` tells an address from other numbers, `util` colours text: neither does I/O here.',
  },
  { path: 'source/', may: [contracts, 'picomatch', 'simple-git'] },
  {
    path: 'store/',
    may: ['schema/', 'kysely', 'pg', 'pgvector', 'knowledge/canonical-json.ts', 'knowledge/claim-id.ts'],
    node: ['node:crypto', 'node:zlib'],
    why: 'Rows of claims are named by their content, and the name has one definition.',
  },
  { path: 'retrieval/', may: [contracts, 'store/'], mayType: ['schema/', 'kysely'] },
  {
    path: 'workflows/',
    may: [contracts, '@temporalio/workflow'],
    mayType: ['activities/contract.ts', 'zod'],
    node: [],
  },
  {
    path: 'activities/',
    may: [
      ...[contracts, 'source/', 'parsers/', 'inference/', 'knowledge/', 'store/'],
      ...['@temporalio/activity', '@temporalio/common', 'openai', 'picomatch', 're2js'],
    ],
    mayType: ['zod'],
  },
  {
    path: 'cli/services/database/',
    may: ['cli/', '@electric-sql/pglite', '@electric-sql/pglite-pgvector'],
  },
  {
    path: 'cli/worker/tracing/',
    may: [
      ...['cli/', contracts, 'activities/', 'store/', '@temporalio/worker', '@opentelemetry/api'],
      ...['@opentelemetry/context-async-hooks', '@opentelemetry/resources', '@opentelemetry/sdk-trace-base'],
      ...['@opentelemetry/exporter-trace-otlp-http', '@opentelemetry/exporter-trace-otlp-proto'],
      '@temporalio/interceptors-opentelemetry',
    ],
    why: 'OpenTelemetry stays behind this folder, and is loaded only where traces are asked for.',
  },
  {
    path: 'cli/',
    may: [
      ...everythingOfOurs,
      ...['@temporalio/client', '@temporalio/worker', 'commander', 'picomatch', 'yaml', 'zod'],
    ],
  },
  { path: 'worker.ts', may: [...everythingOfOurs, '@temporalio/worker'] },
  {
    path: 'bench/',
    may: [...everythingOfOurs, 'test/support/', 'pg', 'yaml', '@temporalio/client', 'gpt-tokenizer'],
    why: 'A bench counts on bare connections of its own and tokens as a model server does, watches workflows from outside, and has servers and comparisons in common with tests.',
  },
  { path: 'fixtures/', may: ['yaml'] },
  {
    path: 'test/',
    may: [
      ...[...everythingOfOurs, 'fixtures/', 'bench/'],
      ...['fast-check', 'kysely', 'openai', 'pg', 'yaml', 'zod', 'picomatch', 'playwright-core'],
      ...['@temporalio/activity', '@temporalio/client', '@temporalio/common', '@temporalio/worker'],
      ...['@temporalio/proto', '@temporalio/workflow', '@typescript-eslint/typescript-estree'],
      ...['@opentelemetry/api', '@opentelemetry/context-async-hooks', '@opentelemetry/sdk-trace-base'],
    ],
  },
];

/** Modules that open connections, processes or threads. Who else needs one is handed it; `store/` shares helpers of its own. */
export const composers: readonly string[] = ['worker.ts', 'cli/', 'bench/', 'test/'];
const constructors: readonly string[] = [
  'store/database.ts',
  'activities/index.ts',
  'activities/embed/embedder.ts',
  'activities/infer/model-client.ts',
  'activities/parse/pool.ts',
];

/**
 * Null when `file` may import `target`, else what is wrong. Paths are relative to the root; `target` is a path too, or a package's
 * name, or `node:…`.
 */
export function importProblem(file: string, target: string, typeOnly: boolean): string | null {
  const area = areas.find(({ path }) => within(file, path));
  if (area === undefined) return `${file} is in no area of test/architecture/import-rules.ts`;
  if (target.startsWith('node:')) {
    const allowed =
      area.node === undefined || area.node.includes(target.replace(/(?<=^node:[a-z]+)\/.*/, ''));
    return allowed ? null : `${area.path} may not import ${target}`;
  }
  const allowed = typeOnly ? [...area.may, ...(area.mayType ?? [])] : area.may;
  if (!within(target, area.path) && !allowed.some((each) => within(target, each))) {
    const typesWouldDo = area.mayType?.some((each) => within(target, each)) ?? false;
    return `${area.path} may not import ${target}${typesWouldDo ? ', its types only' : ''}`;
  }
  if (
    !typeOnly &&
    constructors.includes(target) &&
    ![...composers, 'store/'].some((each) => within(file, each))
  )
    return `only ${composers.join(', ')} construct dependencies: ${file} may import types of ${target} only`;
  return null;
}

/** `specifier` as `file` writes it → a path from the root, a package's name, or `node:…`. */
export function importTarget(file: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    const base = `file:///${file}`;
    return decodeURIComponent(new URL(specifier, base).pathname).slice(1);
  }
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const within = (path: string, area: string): boolean =>
  area.endsWith('/') ? path.startsWith(area) : path === area;
