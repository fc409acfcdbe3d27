/** A parse thread: reads the files it is asked for straight from the object store and answers with their facts, one by one. */
import { spawnSync } from 'node:child_process';
import { parentPort } from 'node:worker_threads';
import { detectProjects, projectMarkers, readFile, readerOf } from '../../parsers/registry.ts';
import { initSqlReader } from '../../parsers/sql/index.ts';
import type { ReadContext, SourceText } from '../../parsers/reader.ts';
import { blobText, isLfsPointer } from '../../source/blobs.ts';
import { readTree } from '../../source/tree.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';
import { readArtifactTexts } from '../dbt-artifacts.ts';
import { dialectFinder } from '../source-files.ts';
import type { ParseContext, ParsedFile, ParseReply, ParseRequest } from './protocol.ts';

interface Loaded {
  readonly blobOf: ReadonlyMap<string, string>;
  /** Puts the texts of these paths into memory in one go. */
  readonly preload: (paths: readonly string[]) => void;
  readonly text: (path: string) => SourceText | undefined;
  /** Why `text` has none. */
  readonly unread: (path: string) => Unread;
  readonly contextFor: (path: string) => ReadContext;
}

type Unread = keyof typeof unreadMessages;

const loaded = new Map<string, Loaded>();

function load(context: ParseContext): Loaded {
  const known = loaded.get(context.key);
  if (known) return known;
  const listing = git(context.gitDir, [
    'ls-tree',
    '-r',
    '-z',
    '--long',
    '--full-tree',
    context.commit,
  ]).toString('utf8');
  const tree = readTree(listing, context.config);
  const blobOf = new Map(tree.files.map((file) => [file.path, file.blob]));
  const texts = new Map<string, SourceText | Unread>();
  const preload = (paths: readonly string[]) => {
    const wanted = paths.filter((path) => blobOf.has(path) && !texts.has(path));
    if (wanted.length === 0) return;
    if (texts.size > 30_000) texts.clear();
    for (const [path, source] of readBlobs(context.gitDir, wanted, blobOf)) texts.set(path, source);
  };
  const load = (path: string) => {
    if (!texts.has(path)) preload([path]);
    return texts.get(path);
  };
  const text = (path: string) => {
    const source = load(path);
    return typeof source === 'string' ? undefined : source;
  };
  const unread = (path: string) => {
    const why = load(path);
    return typeof why === 'string' ? why : 'missing';
  };
  const dialectOf = dialectFinder(context.config);
  const paths = [...blobOf.keys()];
  preload(projectMarkers(paths));
  const projects = detectProjects(paths, (path) => text(path)?.text);
  const artifacts = readArtifactTexts(context.artifacts);
  const made: Loaded = {
    blobOf,
    preload,
    text,
    unread,
    contextFor: (path) => ({
      dialect: dialectOf(path),
      projects,
      file: text,
      paths,
      preload,
      artifacts,
      vars: context.config.vars,
      key: context.key,
    }),
  };
  loaded.set(context.key, made);
  while (loaded.size > 2) loaded.delete(loaded.keys().next().value as string);
  return made;
}

function git(gitDir: string, args: readonly string[], input?: string): Buffer {
  const result = spawnSync('git', ['--git-dir', gitDir, ...args], {
    ...(input === undefined ? {} : { input }),
    maxBuffer: 4 * 2 ** 30,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1' },
  });
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`git ${args[0] ?? ''} failed: ${result.stderr.toString('utf8').trim()}`);
  return result.stdout;
}

/** Blobs whose text may be read wrongly, because it says nowhere how it is encoded. */
const guessed = new Set<string>();

function* readBlobs(
  gitDir: string,
  paths: readonly string[],
  blobOf: ReadonlyMap<string, string>,
): Generator<[string, SourceText | Unread]> {
  const out = git(
    gitDir,
    ['cat-file', '--batch'],
    paths.map((path) => `${blobOf.get(path) ?? ''}\n`).join(''),
  );
  let at = 0;
  for (const path of paths) {
    const newline = out.indexOf(10, at);
    const [blob = '', type, size] = out.toString('utf8', at, newline).split(' ');
    at = newline + 1;
    if (type === 'missing') {
      yield [path, 'missing'];
      continue;
    }
    const bytes = out.subarray(at, at + Number(size));
    at += Number(size) + 1;
    const decoded = blobText(bytes);
    if (decoded?.encoding === 'latin1') guessed.add(blob);
    if (decoded !== null) yield [path, { text: decoded.text, blob }];
    else yield [path, isLfsPointer(bytes) ? 'lfs_pointer' : 'binary'];
  }
}

function parseOne(path: string, from: Loaded): ParsedFile {
  const blob = from.blobOf.get(path) ?? '';
  const context = from.contextFor(path);
  const source = from.text(path);
  if (source === undefined) return { path, blob, facts: unreadable(path, context, from.unread(path)) };
  const facts = readFile(path, source.text, context) ?? emptyFacts(path, context);
  if (!guessed.has(source.blob)) return { path, blob, facts };
  return { path, blob, facts: { ...facts, diagnostics: [...facts.diagnostics, notUnicode(path)] } };
}

const notUnicode = (path: string): Diagnostic => ({
  code: 'parse.encoding',
  severity: 'info',
  message: 'This file is not UTF-8: it is read as Latin-1.',
  path,
  fault: 'user',
});

function emptyFacts(path: string, context: ReadContext): FileFacts {
  const reader = readerOf(path, context);
  return {
    path,
    reader: reader?.name ?? 'none',
    version: reader?.version ?? 0,
    dialect: context.dialect,
    builds: [],
    uses: [],
    declarations: [],
    jobs: [],
    diagnostics: [],
    statements: { total: 0, parsed: 0, opaque: 0, failed: 0 },
  };
}

const unreadMessages = {
  missing: 'The object store has no content of this file, as in a partial clone: it is not read.',
  binary: 'Binary: it is not read.',
  lfs_pointer: 'Git LFS keeps the content of this file elsewhere: it is not read.',
};

function unreadable(path: string, context: ReadContext, why: Unread): FileFacts {
  const message = unreadMessages[why];
  return {
    ...emptyFacts(path, context),
    diagnostics: [{ code: `crawl.${why}`, severity: 'warning', message, path, fault: 'user' }],
  };
}

const port = parentPort;
if (port) {
  const ready = initSqlReader();
  void ready.then(() => port.postMessage({ ready: true } satisfies ParseReply));
  port.on('message', (request: ParseRequest) => {
    void answer(request, (reply) => port.postMessage(reply));
  });

  async function answer(request: ParseRequest, post: (reply: ParseReply) => void): Promise<void> {
    try {
      await ready;
      const from = load(request.context);
      from.preload(request.paths);
      for (const path of request.paths) post({ id: request.id, file: parseOne(path, from) });
      post({ id: request.id, done: true });
    } catch (error) {
      post({ id: request.id, failed: error instanceof Error ? error.message : String(error) });
    }
  }
}
