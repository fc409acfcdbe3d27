/** The files of a commit in memory, as readers see them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dialectFinder } from '../../activities/source-files.ts';
import type { ReadContext, SourceText } from '../../parsers/reader.ts';
import { detectProjects, readerOf } from '../../parsers/registry.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { blobText, openBlobReader } from '../../source/blobs.ts';
import { resolveCommit, type Mirror } from '../../source/mirror.ts';
import { listTree, readTree } from '../../source/tree.ts';

export interface CommitFlags {
  /** Path of a repository, bare or not. */
  readonly repo: string;
  /** Default: HEAD. */
  readonly ref?: string | undefined;
  readonly dialect?: Dialect | undefined;
  /** Only paths that it accepts are in the commit. Default: all. */
  readonly keep?: ((path: string) => boolean) | undefined;
}

export interface Commit {
  readonly commit: string;
  readonly texts: ReadonlyMap<string, SourceText>;
  /** Paths that some reader takes, sorted. */
  readonly readable: readonly string[];
  readonly context: (path: string) => ReadContext;
}

const maxFileBytes = 2_000_000;

/** Texts of all files that are not binary and not over 2 MB. */
export async function readCommit({ repo, ref, dialect, keep = () => true }: CommitFlags): Promise<Commit> {
  const gitDir = [join(repo, '.git'), repo].find((dir) => existsSync(join(dir, 'HEAD'))) ?? repo;
  const mirror: Mirror = { gitDir, options: { dir: repo, name: 'bench', url: repo, baseDir: repo } };
  const commit = await resolveCommit(mirror, ref);
  const tree = readTree(await listTree(mirror, commit), { include: ['**'], exclude: [], maxFileBytes });
  const texts = new Map<string, SourceText>();
  const blobs = openBlobReader(mirror);
  try {
    for (const { path, blob } of tree.files.filter((file) => keep(file.path))) {
      const bytes = await blobs.read(blob);
      const decoded = bytes && blobText(bytes);
      if (decoded) texts.set(path, { text: decoded.text, blob });
    }
  } finally {
    blobs.close();
  }
  return { commit, ...commitOf(texts, dialect) };
}

/** Files with their texts as one commit. */
export function commitOf(
  texts: ReadonlyMap<string, SourceText>,
  dialect: Dialect | undefined,
): Omit<Commit, 'commit'> {
  const paths = [...texts.keys()];
  const projects = detectProjects(paths, (path) => texts.get(path)?.text);
  const dialectOf = dialectFinder({ defaults: [], dialect });
  const context = (path: string): ReadContext => ({
    dialect: dialectOf(path),
    projects,
    paths,
    file: (other) => texts.get(other),
  });
  return { texts, context, readable: paths.filter((path) => readerOf(path, context(path)) !== undefined) };
}
