/** Paths inside a repository: forward slashes, no leading slash, '' for its root. */

/** Joins and resolves `.` and `..`; a path that leaves the repository keeps no `..`. */
export function resolvePath(...parts: readonly string[]): string {
  const resolved: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '..') resolved.pop();
    else if (part !== '' && part !== '.') resolved.push(part);
  }
  return resolved.join('/');
}

export function isUnder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function dirName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
