/** What a repository's address may look like, and how its secret travels. */
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { UserError } from '../schema/contracts/errors.ts';

export interface Remote {
  /** What git is given: an absolute path, or a URL without user information. */
  readonly address: string;
  readonly isPath: boolean;
  /** Environment that carries the secret to git, so that it never stands in an argument, a file or a log. Empty without one. */
  readonly env: Readonly<Record<string, string>>;
}

/** `ssh://user@host:port/path` or `user@host:path`. Neither part begins with a dash, which ssh would take for an option. */
const sshAddress = /^(?:ssh:\/\/(?:[\w.][\w.+-]*@)?[\w.[][\w.:[\]-]*\/|[\w.][\w.-]*@[\w.][\w.-]*:[^:])/i;

/**
 * Reads a repository's address. A token comes from user information in the URL (`https://token@host/…`) or from `TABLELORE_GIT_TOKEN`; it
 * leaves the address here and is handed to git as an `http.extraHeader` for this host only. SSH addresses use the machine's own SSH set-up.
 * Throws a `UserError` for addresses that git would treat as a command or an option.
 */
export function readRemote(
  url: string,
  baseDir: string,
  environment: NodeJS.ProcessEnv = process.env,
): Remote {
  if (url.startsWith('-'))
    throw new UserError(`The repository address "${url}" begins with a dash.`, {
      next: 'Give a path or a URL.',
    });
  if (/^https?:\/\//i.test(url)) return httpRemote(url, environment);
  if (sshAddress.test(url)) return { address: url, isPath: false, env: {} };
  if (/^ssh:/i.test(url) || /^[^/]*@[^/]*:/.test(url))
    throw new UserError(`${displayUrl(url)} is not an SSH address that is taken.`, {
      next: 'Write ssh://user@host/path or user@host:path, without a password.',
    });
  if (/^file:\/\//i.test(url)) return pathRemote(new URL(url).pathname, baseDir);
  if (/^[A-Za-z][A-Za-z0-9+.-]*::?\/?\//.test(url) || /^[a-z]+::/i.test(url)) {
    throw new UserError(
      `The repository address "${url.split(':')[0]}:…" uses a protocol that is not allowed.`,
      {
        next: 'Use https, ssh or a path.',
      },
    );
  }
  return pathRemote(url, baseDir);
}

function httpRemote(url: string, environment: NodeJS.ProcessEnv): Remote {
  const parsed = new URL(url);
  const token =
    decodeURIComponent(parsed.password || parsed.username) || environment.TABLELORE_GIT_TOKEN || '';
  const user = parsed.password ? decodeURIComponent(parsed.username) : 'x-access-token';
  parsed.username = '';
  parsed.password = '';
  const address = parsed.toString();
  if (!token) return { address, isPath: false, env: {} };
  const basic = Buffer.from(`${user}:${token}`).toString('base64');
  return {
    address,
    isPath: false,
    env: {
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: `http.${parsed.origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
      // A redirect to another host would take the header along.
      GIT_CONFIG_KEY_1: `http.${parsed.origin}/.followRedirects`,
      GIT_CONFIG_VALUE_1: 'false',
    },
  };
}

function pathRemote(path: string, baseDir: string): Remote {
  const address = isAbsolute(path) ? path : resolve(baseDir, path);
  if (!existsSync(address)) {
    throw new UserError(`There is no repository at ${address}.`, { next: 'Check the path, or give a URL.' });
  }
  return { address, isPath: true, env: {} };
}

/** The address without anything secret, for people to read. */
export function displayUrl(url: string): string {
  return url.replace(/^(https?:\/\/)[^/]*@/i, '$1').replace(/^(ssh:\/\/[^/:@]*):[^/]*@/i, '$1@');
}

const validRef = /^(?!-)(?!.*\.\.)(?!.*@\{)[A-Za-z0-9_./@+#=-]{1,250}$/;

/** Throws a `UserError` unless `ref` is plainly a branch, a tag or a SHA. */
export function checkRef(ref: string): string {
  if (!validRef.test(ref)) {
    throw new UserError(`"${ref}" is not a branch, tag or commit.`, {
      next: 'Give its name as `git branch -a` or `git tag` shows it.',
    });
  }
  return ref;
}

/** What a branch or tag of this name may be called in full; the last one is a branch in a mirror. */
export const refNames = (ref: string): string[] => [
  `refs/heads/${ref}`,
  `refs/tags/${ref}`,
  `refs/remotes/origin/${ref}`,
];
