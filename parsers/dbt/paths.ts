/** Paths inside a repository: forward slashes, no leading slash, '' for its root. */

export function isUnder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** The longest of the folders that hold the path; undefined: none does. */
export function innermost(folders: readonly string[], path: string): string | undefined {
  return folders
    .filter((folder) => isUnder(path, folder))
    .reduce<string | undefined>((best, folder) => (best !== undefined && best.length >= folder.length ? best : folder), undefined); // prettier-ignore
}

/** The names of the folders between `folder` and a file below it. */
export const foldersBelow = (folder: string, path: string): string[] =>
  dirName(path)
    .slice(folder.length)
    .split('/')
    .filter((name) => name !== '');

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function dirName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
