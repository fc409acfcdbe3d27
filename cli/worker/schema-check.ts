/** Whether a worker can work on the database as it is. */
import { UserError } from '../../schema/contracts/errors.ts';
import type { Database } from '../../store/database.ts';
import { laterSteps, missingSteps } from '../../store/migrate.ts';

/**
 * Throws a `UserError` when the database is too old, or changed by a newer version in a way that this one cannot follow. Returns what to tell when it
 * is newer and only added to; null when it is as this version knows it.
 */
export async function checkSchema(db: Database): Promise<string | null> {
  const missing = await missingSteps(db);
  if (missing.length > 0)
    throw new UserError(`The database lacks ${missing.map(({ name }) => name).join(', ')}.`, {
      next: 'Run `tablelore migrate`.',
    });
  const { all, breaking } = await laterSteps(db);
  if (breaking.length > 0)
    throw new UserError(`The database was changed by a newer version (${breaking.join(', ')}).`, {
      next: 'Update this worker.',
    });
  return all.length === 0
    ? null
    : `The database is newer than this worker (${all.join(', ')}). It goes on: what is new only adds.`;
}

/** Looks again every minute, and calls back once when the worker has to end. Returns the function that ends the looking. */
export function watchSchema(db: Database, onOutdated: (error: UserError) => void): () => void {
  const timer = setInterval(() => {
    checkSchema(db).catch((error: unknown) => {
      // A database that is away is met again by whatever works on it.
      if (!(error instanceof UserError)) return;
      clearInterval(timer);
      onOutdated(error);
    });
  }, 60_000);
  timer.unref();
  return () => clearInterval(timer);
}
