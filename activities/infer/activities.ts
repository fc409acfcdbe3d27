import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { StageActivities } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { RateLimited } from '../embed/rate-limited.ts';
import { alive } from '../heartbeat.ts';
import { inferChunk } from './infer.ts';
import { selectForInference } from './select.ts';

/** The stage in which a coding model reads what static analysis cannot tell. Without a model it selects nothing, and says why. */
export function createInferActivities(
  deps: ActivityDeps,
): Pick<StageActivities, 'selectForInference' | 'infer'> {
  return {
    selectForInference: (handle) => alive(() => selectForInference(deps, handle)),
    infer: (handle, chunk) =>
      alive(async (signal) => {
        const { model } = deps;
        // Work that was frozen while a key was set.
        if (model === null) return { done: 0, reused: 0, failed: 0 };
        try {
          return await inferChunk({ ...deps, model }, handle, chunk, signal);
        } catch (error) {
          if (signal.aborted) await Context.current().cancelled;
          throw asFailure(error);
        }
      }),
  };
}

/** A limit is waited out between attempts, for as long as the server or the bucket says, and holds no slot meanwhile. */
function asFailure(error: unknown): unknown {
  if (!(error instanceof RateLimited)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: 'RateLimited',
    ...(error.waitMs === null ? {} : { nextRetryDelay: Math.max(1_000, Math.ceil(error.waitMs)) }),
    cause: error,
  });
}
