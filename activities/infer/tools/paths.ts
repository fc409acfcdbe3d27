/** Paths as the model writes them. Only names of the commit's files lead anywhere; the words here tell a slip from an attempt to get out. */
import type { CitedCode } from '../cited-code.ts';

/** Why a path is refused before it is looked up; null: it may be one of the repository. */
function escapes(path: string): string | null {
  const parts = path.split('/');
  if (path.startsWith('/') || /^[a-z]:[\\/]/i.test(path) || path.startsWith('~')) return 'it is absolute';
  if (parts.includes('..')) return 'it leads out of its folder';
  if (parts.some((part) => part.toLowerCase() === '.git')) return "git's own files cannot be read";
  return /[\0\\]/.test(path) ? 'it is no path of this repository' : null;
}

/** Null: the file is there; else words for the model. */
export function noSuchFile(code: CitedCode, path: string): string | null {
  const reason = escapes(path);
  if (reason !== null)
    return `Refused: ${reason}. Paths are relative to the repository's root, as the tools give them.`;
  if (code.blobOf(path) !== null) return null;
  return 'There is no such text file at this commit. Links, submodules, very large files and files that the configuration leaves out are not read.';
}

/** A folder's path with a closing slash, empty for the root; or words for the model. */
export function folderPath(path: string): { readonly folder: string } | { readonly problem: string } {
  const reason = escapes(path);
  if (reason !== null) return { problem: `Refused: ${reason}.` };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return { folder: parts.length === 0 ? '' : `${parts.join('/')}/` };
}
