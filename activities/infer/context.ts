import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { CitedCode } from './cited-code.ts';
import type { Ledger } from './ledger.ts';
import type { ModelClient } from './model-client.ts';

/** What one attempt at asking about tables works with. */
export interface InferContext {
  readonly deps: ActivityDeps & { readonly model: ModelClient };
  readonly handle: RunHandle;
  readonly code: CitedCode;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}
