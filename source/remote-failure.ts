import { SystemError, UserError } from '../schema/contracts/errors.ts';
import { displayUrl } from './remote.ts';

/** What git said about a remote, as an error that names whose fault it is. A `UserError` stays as it is. */
export function remoteFailure(url: string, cause: unknown): UserError | SystemError {
  if (cause instanceof UserError) return cause;
  const shown = displayUrl(url);
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/not a git repository|does not appear to be a git repository/i.test(text)) {
    return new UserError(`${shown} is not a git repository.`, {
      next: 'tablelore reads commits: run `git init` and commit, or give the address of a repository.',
    });
  }
  if (/authentication|permission denied|could not read username|403|401/i.test(text)) {
    return new UserError(`${shown} refused access.`, {
      next: 'Set TABLELORE_GIT_TOKEN, or an SSH key that may read it.',
    });
  }
  return new SystemError(`Could not reach ${shown}: ${firstLine(text)}.`, {
    next: 'Check the address and the network; the next run tries again.',
  });
}

/** A repository, or its ref, without a commit to read. `ref` undefined: the default branch was meant. */
export const nothingAt = (url: string, ref: string | undefined): UserError =>
  ref === undefined
    ? new UserError(`${displayUrl(url)} has no commits.`, {
        next: 'Commit something, or name a branch that has commits.',
      })
    : new UserError(`${displayUrl(url)} has no branch, tag or commit "${ref}".`, {
        next: 'Name one that exists.',
      });

const firstLine = (text: string): string =>
  (text.split('\n').find((line) => line.trim()) ?? '').replace(/\.$/, '');
