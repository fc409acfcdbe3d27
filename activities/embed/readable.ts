import { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { redact } from '../../knowledge/redact.ts';
import { SystemError, UserError } from '../../schema/contracts/errors.ts';
import { Forbidden } from './forbidden.ts';
import { RateLimited, ServerBusy } from './rate-limited.ts';
import { ServerUnusable } from './server-unusable.ts';

/** Whose fault a failed call is, and when it may be tried again. What `signal` aborted comes back as it is. */
export function readable(error: unknown, model: string): Error {
  if (!(error instanceof APIError)) return brokenBody(error, model);
  if (error instanceof APIUserAbortError) return error;
  if (error instanceof APIConnectionError)
    return new SystemError(`The model server cannot be reached: ${error.message}`, { cause: error.cause });
  const status = error.status as number | undefined;
  if (status === 429 && error.code === 'insufficient_quota')
    return new ServerUnusable(
      `The model server refused the call to ${model}: its account has no credit left.`,
      {
        next: 'Top it up, or raise its spending limit.',
      },
    );
  if (status === 429)
    return new RateLimited(
      `The model server limits ${model}.`,
      RateLimited.wait(error.headers as Headers | undefined),
    );
  if (status !== undefined && status >= 500) {
    const waitMs = RateLimited.wait(error.headers as Headers | undefined);
    const failed = `The model server failed (${status}).`;
    return waitMs === null ? new SystemError(failed) : new ServerBusy(failed, waitMs);
  }
  if (status === 408 || status === 409)
    return new SystemError(`The model server asks to try again (${status}).`);
  const next =
    status === 401 || status === 403
      ? 'Check OPENAI_API_KEY.'
      : 'Check the model’s name and OPENAI_BASE_URL.';
  const Fault = status === 403 ? Forbidden : concernsAll(status, error.code) ? ServerUnusable : UserError;
  return new Fault(
    `The model server refused the call to ${model} (${status ?? 'no status'}): ${redact(error.message)}`,
    { next },
  );
}

/** What is wrong with each call and not with this one: who asks, for which model, with which settings. */
const concernsAll = (status: number | undefined, code: string | null | undefined): boolean =>
  status === 401 || status === 402 || status === 404 || ofSettings.has(code ?? '');

const ofSettings = new Set(['model_not_found', 'invalid_json_schema', 'unknown_parameter', 'unsupported_parameter', 'unsupported_value']); // prettier-ignore

/** The SDK leaves errors in reading a body as fetch throws them: a connection that broke off, or text that is not the JSON promised. */
function brokenBody(error: unknown, model: string): Error {
  if (error instanceof TypeError && error.cause !== undefined)
    return new SystemError(`The model server broke off its answer to ${model}.`, { cause: error });
  if (error instanceof SyntaxError)
    return new SystemError(`The model server answered ${model} with broken JSON.`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
