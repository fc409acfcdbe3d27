/** Posts one notice to a webhook. */
import { createHmac } from 'node:crypto';
import type { Notice } from '../../schema/contracts/notice.ts';
import { SystemError, UserError } from '../../schema/contracts/errors.ts';

export interface Webhook {
  readonly url: string;
  /** Signs what is sent; null: unsigned. */
  readonly secret: string | null;
  readonly timeoutMs: number;
}

/**
 * `X-Tablelore-Signature: t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>` with the secret. Whoever receives it computes the same, and refuses what is
 * older than some minutes.
 */
export function signature(body: string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** Any 2xx is success; redirects are not followed. Throws `UserError` for a refusal that the same request meets again, else `SystemError`. */
export async function postNotice({ url, secret, timeoutMs }: Webhook, notice: Notice, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(notice);
  const seconds = Math.floor(Date.now() / 1_000);
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'tablelore',
        'x-tablelore-event': notice.event,
        'x-tablelore-id': encodeURI(notice.id),
        ...(secret === null ? {} : { 'x-tablelore-signature': signature(body, secret, seconds) }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    const late = (cause as Error).name === 'TimeoutError';
    throw new SystemError(
      late ? `The webhook at ${host} did not answer within ${timeoutMs / 1_000} seconds.` : `The webhook at ${host} cannot be reached.`,
      { cause },
    );
  }
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  if (status >= 300 && status < 500 && ![408, 425, 429].includes(status))
    throw new UserError(`The webhook at ${host} refused a notice (${status}).`, { next: 'Check `notify.webhook`.' });
  throw new SystemError(`The webhook at ${host} answered ${status}.`);
} // prettier-ignore
