/** Who changed a file of a commit's history, when and why. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Mirror } from './mirror.ts';

const run = promisify(execFile);

export interface FileChange {
  readonly commit: string;
  /** ISO date, as the author's clock had it. */
  readonly date: string;
  /** Email address. */
  readonly author: string;
  readonly message: string;
}

/** Finding a rarely changed file's commits takes git through the whole history. */
const timeoutMs = 20_000;

/**
 * Commits up to `commit` that changed the file, latest first, at most `limit` of them after the first `skip`. Renames are not followed. Null: git could
 * not tell, or took too long.
 */
export async function fileHistory(
  { gitDir }: Mirror,
  commit: string,
  path: string,
  { skip, limit }: { readonly skip: number; readonly limit: number },
  signal: AbortSignal,
): Promise<FileChange[] | null> {
  const format = '--format=%x1e%H%x1f%ad%x1f%ae%x1f%B';
  const how = ['--no-show-signature', '--no-color', '--no-notes', '--date=short', format];
  const page = [`--skip=${skip}`, `--max-count=${limit}`];
  try {
    const { stdout } = await run(
      'git',
      ['--git-dir', gitDir, '--literal-pathspecs', 'log', ...how, ...page, commit, '--', path],
      {
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          GIT_OPTIONAL_LOCKS: '0',
          GIT_NO_LAZY_FETCH: '1',
          LC_ALL: 'C',
        },
        timeout: timeoutMs,
        maxBuffer: 4_000_000,
        signal,
      },
    );
    return stdout.split('\u001e').slice(1).map(readChange);
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

function readChange(record: string): FileChange {
  const [commit = '', date = '', author = '', message = ''] = record.split('\u001f');
  return { commit, date, author, message: message.trim() };
}
