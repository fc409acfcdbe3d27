/** The files of a commit, and what of them is worth reading. Pure but for the one git call. */
import picomatch from 'picomatch';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { gitAt, type Mirror } from './mirror.ts';

export interface TreeFile {
  readonly path: string;
  /** Blob SHA. */
  readonly blob: string;
  /** Bytes. */
  readonly size: number;
}

export interface Tree {
  /** Sorted by path. */
  readonly files: readonly TreeFile[];
  /** Submodules, and of wanted files the links and those over the limit, which were left out. */
  readonly diagnostics: readonly Diagnostic[];
  /** Files left out by `include` and `exclude`. */
  readonly excluded: number;
}

export interface TreeOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Larger files are left out. */
  readonly maxFileBytes: number;
  /** Files that some reader wants; of others there are no diagnostics. Default: all. */
  readonly wanted?: (path: string) => boolean;
}

/** Names may begin with a dot and hold line breaks. */
const globs = { dot: true, flags: 's' };

/** Lists the files of a commit, for `readTree`. */
export function listTree(mirror: Mirror, commit: string): Promise<string> {
  return gitAt(mirror.gitDir).raw(['ls-tree', '-r', '-z', '--long', '--full-tree', commit]);
}

/** Reads `git ls-tree -r -z --long`. Submodules and links are never followed. */
export function readTree(listing: string, options: TreeOptions): Tree {
  const included = picomatch([...options.include], globs);
  const excluded = options.exclude.length > 0 ? picomatch([...options.exclude], globs) : () => false;
  const files: TreeFile[] = [];
  const diagnostics: Diagnostic[] = [];
  let left = 0;
  for (const entry of listing.split('\0')) {
    const tab = entry.indexOf('\t');
    if (tab < 0) continue;
    const [mode = '', , blob = '', sizeText = ''] = entry.slice(0, tab).split(/ +/);
    const path = entry.slice(tab + 1);
    if (!included(path) || excluded(path)) left += 1;
    else if (mode === '160000')
      diagnostics.push(
        note(
          'crawl.submodule',
          path,
          'Submodule: its files are not read. Add it as a repository of its own.',
        ),
      );
    else if (options.wanted && !options.wanted(path)) continue;
    else if (mode === '120000')
      diagnostics.push(
        note('crawl.symlink', path, 'Symbolic link: it is not followed. The file that it names is read.'),
      );
    else if (Number(sizeText) > options.maxFileBytes) {
      diagnostics.push(
        note(
          'crawl.too_large',
          path,
          `${sizeText} bytes, over the limit of ${options.maxFileBytes}: not read.`,
        ),
      );
    } else files.push({ path, blob, size: Number(sizeText) });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { files, diagnostics, excluded: left };
}

function note(code: string, path: string, message: string): Diagnostic {
  return { code, severity: 'info', message, path, fault: 'user' };
}
