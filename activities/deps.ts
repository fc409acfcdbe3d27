/** What activities are made of; built once, in worker.ts. */
import type { Config, RepoConfig } from '../schema/contracts/config.ts';
import { UserError } from '../schema/contracts/errors.ts';
import type { Database } from '../store/database.ts';
import type { Embedder } from './embed/embedder.ts';
import type { ModelClient } from './infer/model-client.ts';
import type { ParsePool } from './parse/pool.ts';

export interface ActivityDeps {
  readonly db: Database;
  readonly config: Config;
  /** Folder of the configuration file: what its relative paths are relative to. */
  readonly configDir: string;
  /** Folder for mirrors. */
  readonly mirrorDir: string;
  readonly pool: ParsePool;
  readonly embedder: Embedder;
  /** Null: no key is set, and the infer stage is skipped. */
  readonly model: ModelClient | null;
  /** Judges whether cited lines say what the model's answers say; null: nobody does. */
  readonly judge: ModelClient | null;
  /** Is put around each tool that a model calls, to watch it. Absent: nothing is. */
  readonly aroundTool?: <T>(
    call: { readonly name: string; readonly callId: string },
    run: () => Promise<T>,
  ) => Promise<T>;
  /** The database has no upkeep of its own (the embedded one): each night frees dead rows and refreshes what the planner knows. */
  readonly keepsHouse: boolean;
  /** Signs notices to the webhook; null: they are not signed. */
  readonly webhookSecret: string | null;
  /** Secret that turns user names of query logs into keys. */
  readonly personSalt: string;
}

export function repoConfig(deps: Pick<ActivityDeps, 'config'>, name: string): RepoConfig {
  const found = deps.config.repos.find((repo) => repo.name === name);
  if (found) return found;
  const names = deps.config.repos.map((repo) => repo.name).join(', ');
  throw new UserError(`There is no repository "${name}" in the configuration.`, {
    next: `Configured: ${names}.`,
  });
}
