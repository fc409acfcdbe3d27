/** Configuration files that `start` writes. Their first line holds a hash of the rest: a file that a person edited is told by it, and kept. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { UserError } from '../schema/contracts/errors.ts';
import { makeDataFolder } from './services/data-folder.ts';

/** `title` becomes the first line, a comment. */
export const madeConfig = (title: string, yaml: string): string =>
  `# ${title} Once edited, it is kept. (${hashOf(yaml)})\n${yaml}`;

/** Nobody has edited the file since `start` wrote it. */
function isAsMade(text: string): boolean {
  const [, hash, yaml = ''] = /^#.*\((\w+)\)\n([^]*)$/.exec(text) ?? [];
  return hash === hashOf(yaml);
}

/** Null: there is no file yet, or nobody has edited it. */
export function editedConfig(path: string): string | null {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text === '' || isAsMade(text) ? null : text;
}

export function writeConfig(path: string, text: string): void {
  makeDataFolder(dirname(path));
  writeFileSync(path, text);
}

/**
 * An edited configuration with what the command line says of one of its repositories; the same text where that says nothing new. Throws a
 * `UserError` when the file has no repository at that address.
 */
export function withRepoFlags(
  text: string,
  path: string,
  { url, ...flags }: { readonly url: string; readonly ref?: string | undefined; readonly dialect?: string | undefined }, // prettier-ignore
): string {
  const document = parseDocument(text);
  const repos: unknown = document.get('repos');
  const repo = (isSeq(repos) ? repos.items : []).filter((item) => isMap(item)).find((item) => resolve(dirname(path), String(item.get('url'))) === resolve(dirname(path), url)); // prettier-ignore
  if (repo === undefined)
    throw new UserError(`${path} was edited and names no repository at ${url}.`, {
      next: 'Add it there and start without --repo, or give another --data-dir.',
    });
  const news = Object.entries(flags).filter(
    ([field, value]) => value !== undefined && repo.get(field) !== value,
  );
  for (const [field, value] of news) repo.set(field, value);
  return news.length === 0 ? text : document.toString();
}

const hashOf = (yaml: string): string => createHash('sha256').update(yaml).digest('hex').slice(0, 8);
