/** The files of a run's commit, who reads each of them, and which have facts already. */
import { createHash } from 'node:crypto';
import picomatch from 'picomatch';
import type { RepoConfig } from '../schema/contracts/config.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';
import { detectProjects, projectFiles, projectMarkers, readerOf } from '../parsers/registry.ts';
import type { ProjectContext, ReadContext, Reader, SourceText } from '../parsers/reader.ts';
import { blobText, openBlobReader } from '../source/blobs.ts';
import { artifactFiles, readArtifactTexts } from './dbt-artifacts.ts';
import { catalogueFiles, hashOfFiles } from './file-hashes.ts';
import { ensureCommit, openMirror, type Mirror } from '../source/mirror.ts';
import { listTree, readTree, type Tree } from '../source/tree.ts';
import type { ActivityDeps } from './deps.ts';
import { repoConfig } from './deps.ts';

export interface SourceFile {
  readonly path: string;
  readonly blob: string;
  readonly size: number;
  readonly reader: Reader;
  readonly dialect: Dialect;
}

export interface SourceFiles {
  readonly mirror: Mirror;
  readonly tree: Tree;
  readonly projects: readonly ProjectContext[];
  /** Files that some reader takes, sorted by path. */
  readonly files: readonly SourceFile[];
  readonly fileAt: (path: string) => SourceFile | undefined;
  readonly blobOf: ReadonlyMap<string, string>;
  /** Paths of all files that are not too large to be read, sorted; with those that no reader takes. */
  readonly readable: readonly string[];
  /** The commit's files as readers see them, without the texts of projects. */
  readonly context: ContextOf;
  /** The same with those texts, by which facts that asked their project are seen to hold; hundreds of megabytes that stay as long as it is held. */
  readonly loadProjects: () => Promise<ContextOf>;
}

type ContextOf = (path: string) => ReadContext;

export async function mirrorOf(deps: ActivityDeps, repo: string): Promise<Mirror> {
  const config = repoConfig(deps, repo);
  return openMirror({
    dir: deps.mirrorDir,
    name: config.name,
    url: config.url,
    ref: config.ref,
    baseDir: deps.configDir,
  });
}

const cache = new Map<string, Promise<SourceFiles>>();

/** Files of a commit; remembered for the last few commits, since every chunk asks. */
export function sourceFiles(deps: ActivityDeps, repo: string, commit: string): Promise<SourceFiles> {
  const config = repoConfig(deps, repo);
  const key = `${repo} ${commit} ${readingHash(config, deps.configDir)}`;
  const known = cache.get(key);
  if (known) {
    // What was used last is dropped last.
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const made = load(deps, config, commit);
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  while (cache.size > 3) cache.delete(cache.keys().next().value as string);
  return made;
}

async function load(deps: ActivityDeps, config: RepoConfig, commit: string): Promise<SourceFiles> {
  const mirror = await mirrorOf(deps, config.name);
  await ensureCommit(mirror, commit);
  const listing = await listTree(mirror, commit);
  const everything = readTree(listing, { ...config, maxFileBytes: Number.MAX_SAFE_INTEGER });
  const blobOf = new Map(everything.files.map((file) => [file.path, file.blob]));
  const paths = [...blobOf.keys()];
  // Parse threads have no larger files either.
  const readable = everything.files.filter(({ size }) => size <= config.maxFileBytes).map(({ path }) => path);
  const texts = new Map<string, SourceText>();
  await readTexts(mirror, projectMarkers(readable), blobOf, texts);
  const projects = detectProjects(paths, (path) => texts.get(path)?.text);
  const dialectOf = dialectFinder(config);
  const taken = new Map<string, Reader>();
  const wanted = (path: string) => {
    const reader = readerOf(path, { dialect: dialectOf(path), projects });
    if (reader) taken.set(path, reader);
    return reader !== undefined;
  };
  const tree = readTree(listing, { ...config, wanted });
  const files = tree.files.flatMap((file) => {
    const reader = taken.get(file.path);
    return reader ? [{ ...file, reader, dialect: dialectOf(file.path) }] : [];
  });
  const byPath = new Map(files.map((file) => [file.path, file]));
  const artifacts = readArtifactTexts(artifactFiles(config, deps.configDir));
  const contextOf =
    (paths: readonly string[], texts: ReadonlyMap<string, SourceText>): ContextOf =>
    (path) => ({
      dialect: dialectOf(path),
      projects,
      paths,
      artifacts,
      file: (other) => texts.get(other),
      vars: config.vars,
    });
  const loadProjects = async () => {
    const all = new Map(texts);
    await readTexts(mirror, projectFiles(projects, readable), blobOf, all);
    // Readers remember what they read of a commit by its list of paths: by one of its own here, it is forgotten with the texts.
    return contextOf([...paths], all);
  };
  return {
    mirror,
    tree,
    projects,
    files,
    fileAt: (path) => byPath.get(path),
    blobOf,
    readable,
    context: contextOf(paths, texts),
    loadProjects,
  };
}

async function readTexts(
  mirror: Mirror,
  paths: readonly string[],
  blobOf: ReadonlyMap<string, string>,
  texts: Map<string, SourceText>,
): Promise<void> {
  const blobs = openBlobReader(mirror);
  try {
    await Promise.all(
      paths.map(async (path) => {
        const blob = blobOf.get(path) ?? '';
        const bytes = await blobs.read(blob);
        const text = bytes === null ? null : blobText(bytes);
        if (text !== null) texts.set(path, { text: text.text, blob });
      }),
    );
  } finally {
    blobs.close();
  }
}

/** The dialect of a path: the last rule of `defaults` that names one, else the repository's, else generic. */
export function dialectFinder(config: Pick<RepoConfig, 'defaults' | 'dialect'>): (path: string) => Dialect {
  const rules = config.defaults.flatMap((rule) =>
    rule.dialect === undefined
      ? []
      : [{ dialect: rule.dialect, matches: picomatch(rule.paths, { dot: true }) }],
  );
  return (path) => rules.findLast((rule) => rule.matches(path))?.dialect ?? config.dialect ?? 'generic';
}

/** Hash of the configuration that decides what files say, and of the files beside it that have a part in it. */
export function readingHash(config: RepoConfig, configDir: string): string {
  const { include, exclude, defaults, targets, conventions, vars, dialect, maxFileBytes } = config;
  const text = JSON.stringify({
    include,
    exclude,
    defaults,
    targets,
    conventions,
    vars,
    dialect,
    maxFileBytes,
    catalogs: hashOfFiles(catalogueFiles(config, configDir)),
    artifacts: hashOfFiles(artifactFiles(config, configDir)),
  });
  return createHash('sha256').update(text).digest('hex');
}
