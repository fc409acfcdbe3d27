import type { RunHandle, Waiting } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { CitedCode } from './cited-code.ts';
import type { Ledger } from './ledger.ts';
import type { ModelClient } from './model-client.ts';

export type AskingDeps = ActivityDeps & {
  readonly model: ModelClient;
  /** Told when an answer is waited for, again with each of its parts, and when it is there. */
  readonly waits?: (waiting: Waiting | null) => void;
};

/** What one attempt at asking about tables works with. */
export interface InferContext {
  readonly deps: AskingDeps;
  readonly handle: RunHandle;
  readonly code: CitedCode;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}
