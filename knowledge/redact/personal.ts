import { isIPv6 } from 'node:net';
import type { Pattern } from './finding.ts';

/** Literals that point at a person. */
export const personalPatterns: readonly Pattern[] = [
  {
    kind: 'email',
    pattern: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,}/dgu,
    source: 'RFC 5321 addresses, without the quoted forms that nobody writes',
    // git@host:owner/name is an address of a repository.
    holds: (secret, match) =>
      !(secret.startsWith('git@') && match.input[match.index + secret.length] === ':'),
  },
  {
    kind: 'phone',
    pattern:
      /(?<![\w.:/-])\+[1-9]\d{0,2}[ ./-]?(?:\(\d{1,4}\)[ ./-]?)?\d{1,4}(?:[ ./-]?\d{2,4}){1,4}(?![\w.:])/dg,
    source: 'ITU-T E.164: a plus and at most fifteen digits, grouped as people do',
    holds: (secret) => /^\D*(?:\d\D*){8,15}$/.test(secret),
  },
  {
    kind: 'phone',
    pattern: /(?<![\w.:/-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-])/dg,
    source: 'North American Numbering Plan, as it is written at home',
  },
  {
    kind: 'ip',
    pattern:
      /(?<![\w.-])(?<!(?:version|release|==|>=)\s*['"]?)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)/dgi,
    source: 'RFC 791 dotted quads',
    // Not a person's: loopback, unspecified, masks; nor four-part versions.
    holds: (secret) => !/^(?:127|0|255)\./.test(secret),
  },
  {
    kind: 'ip',
    pattern: /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])/dgi,
    source: 'RFC 4291 text form',
    holds: (secret) => isIPv6(secret) && secret.length > 6,
  },
];
