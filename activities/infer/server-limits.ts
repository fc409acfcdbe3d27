/** What a server says of its own limits, in the headers of each answer. */

export interface ServerLimit {
  /** A minute; null: it does not say. */
  readonly limit: number | null;
  /** Left at the time of the answer; null: it does not say. */
  readonly remaining: number | null;
}

export interface ServerLimits {
  readonly requests: ServerLimit;
  readonly tokens: ServerLimit;
}

/** Reads `x-ratelimit-limit-requests` and the like. */
export function readServerLimits(headers: Headers | undefined): ServerLimits {
  const number = (name: string) => {
    const text = headers?.get(`x-ratelimit-${name}`) ?? '';
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  const of = (what: string) => ({
    limit: number(`limit-${what}`),
    remaining: number(`remaining-${what}`),
  });
  return { requests: of('requests'), tokens: of('tokens') };
}
