import { SystemError } from '../schema/contracts/errors.ts';
import { gitAt, type MirrorOptions } from './mirror.ts';
import { nothingAt, remoteFailure } from './remote-failure.ts';
import { checkRef, displayUrl, readRemote, refNames } from './remote.ts';

const answerMs = 20_000;

/**
 * The commit that the remote's `ref`, or its default branch, points at now; nothing is fetched. Null: `ref` looks like a commit, and whether the
 * repository has it shows only when it is fetched. Throws a `UserError` when there is no such repository, ref or commit, or when access is refused, and a
 * `SystemError` when the remote does not answer within 20 seconds.
 */
export async function remoteHead(
  options: Pick<MirrorOptions, 'url' | 'ref' | 'baseDir'>,
): Promise<string | null> {
  const { url, ref, baseDir } = options;
  const remote = readRemote(url, baseDir);
  const names =
    ref === undefined
      ? ['HEAD', 'refs/heads/main', 'refs/heads/master']
      : refNames(checkRef(ref)).flatMap((name) => [`${name}^{}`, name]);
  const git = gitAt(process.cwd(), remote.env);
  const listing = await withLimit(git.raw(['ls-remote', '--', remote.address, ...names]), url).catch(
    (error: unknown) => {
      throw error instanceof SystemError ? error : remoteFailure(url, error);
    },
  );
  const found = new Map(listing.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
  const sha = names.flatMap((name) => found.get(name) ?? [])[0];
  if (sha !== undefined) return sha;
  if (ref !== undefined && /^[0-9a-f]{7,64}$/.test(ref)) return null;
  throw nothingAt(url, ref);
}

function withLimit<T>(work: Promise<T>, url: string): Promise<T> {
  const limit = new Promise<never>((_, reject) => {
    const silent = new SystemError(`${displayUrl(url)} did not answer within ${answerMs / 1000} s.`, {
      next: 'Check the address and the network.',
    });
    setTimeout(() => reject(silent), answerMs).unref();
  });
  return Promise.race([work, limit]);
}
