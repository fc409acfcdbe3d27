/** Diagnostics of a run that several stages add to. */
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { lastNight } from '../store/nights.ts';
import { readDiagnostics, saveDiagnostics } from '../store/runs.ts';
import type { RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';

/** Those of the run; of a run that did not link, those of the night that it rests on. Null: there are none. */
export async function diagnosticsSoFar(
  { db }: Pick<ActivityDeps, 'db'>,
  { run, repo, asOf }: RunHandle,
): Promise<Diagnostic[] | null> {
  const own = await readDiagnostics(db, run);
  if (own !== null) return own;
  const night = await lastNight(db, repo, asOf);
  return night === null ? null : readDiagnostics(db, night.run);
}

/**
 * Puts these in place of what an earlier night or attempt said of the same: of the family of codes (`people` is that of `people.invalid`), and of the
 * file beside the repository that is read for it.
 */
export async function replaceDiagnostics(
  deps: Pick<ActivityDeps, 'db'>,
  handle: RunHandle,
  of: { readonly family: string; readonly path?: string | undefined },
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  const others = (await diagnosticsSoFar(deps, handle)) ?? [];
  const kept = others.filter(({ code, path }) => !code.startsWith(`${of.family}.`) && path !== of.path);
  await saveDiagnostics(deps.db, handle.run, [...kept, ...diagnostics]);
}
