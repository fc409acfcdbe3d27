/**
 * Errors by whose fault they are. `message` says what failed and where, `next` what to do; `retry` whether the same call may succeed
 * later. Activities turn them into Temporal failures: `retry: false` becomes non-retryable.
 */
export interface ErrorDetail {
  /** What the reader should do next; a sentence. */
  readonly next?: string;
  readonly cause?: unknown;
}

abstract class TableloreError extends Error {
  abstract readonly fault: 'user' | 'model' | 'system';
  abstract readonly retry: boolean;
  readonly next: string | undefined;

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.next = detail.next;
    this.name = new.target.name;
  }
}

/** Wrong input or configuration; the same input fails again. */
export class UserError extends TableloreError {
  readonly fault = 'user';
  readonly retry = false;
}

/** The model answered in a way that cannot be used. */
export class ModelError extends TableloreError {
  readonly fault = 'model';
  readonly retry = false;
}

/** A server, disk or network failed; trying again may help. */
export class SystemError extends TableloreError {
  readonly fault = 'system';
  readonly retry = true;
}

export type AnyTableloreError = UserError | ModelError | SystemError;

export function isTableloreError(error: unknown): error is AnyTableloreError {
  return error instanceof TableloreError;
}

/** An error of the language itself, which only wrong code throws. Node's own, such as a failed `fetch`, bring a code or a cause. */
export function isProgramFault(error: unknown): error is Error {
  return (
    (error instanceof TypeError ||
      error instanceof RangeError ||
      error instanceof ReferenceError ||
      error instanceof SyntaxError) &&
    error.cause === undefined &&
    !('code' in error)
  );
}

/** Message, next step and cause of any error, on one line each. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const next = isTableloreError(error) && error.next ? ` ${error.next}` : '';
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}${next}`;
}
