import { SystemError } from '../../schema/contracts/errors.ts';

/** A server asked to wait. `waitMs`: how long it asks for; null when it does not say. */
export class RateLimited extends SystemError {
  readonly waitMs: number | null;

  constructor(message: string, waitMs: number | null) {
    super(message, { next: 'It is tried again when the server allows.' });
    this.waitMs = waitMs;
  }

  /** Reads `retry-after-ms` and `retry-after` (seconds or an HTTP date). */
  static wait(headers: Headers | undefined, now = Date.now()): number | null {
    const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
    if (Number.isFinite(ms) && ms >= 0) return ms;
    const after = headers?.get('retry-after');
    if (after === null || after === undefined) return null;
    const seconds = Number(after);
    if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
    const date = Date.parse(after);
    return Number.isNaN(date) ? null : Math.max(0, date - now);
  }
}

/** A server that fails, and says when to come again: it may fail on just this call. */
export class ServerBusy extends RateLimited {}
