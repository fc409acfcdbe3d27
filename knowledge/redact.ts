import type { NewClaim } from '../schema/contracts/claims.ts';
import { findAll, type Finding } from './redact/finding.ts';
import { personalPatterns } from './redact/personal.ts';
import { findSecrets } from './redact/secrets.ts';

export interface RedactOptions {
  /** Whether emails, phone numbers and IP addresses go too. Default true; false where a name to turn to is wanted, as an owner's. */
  readonly personal?: boolean;
}

/** What must not be kept in a text, in order, without overlaps. */
export function findRedactions(text: string, { personal = true }: RedactOptions = {}): Finding[] {
  if (!mayHold.test(text)) return [];
  const found = [...findSecrets(text), ...(personal ? findAll(text, personalPatterns) : [])];
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  const joined: Finding[] = [];
  for (const finding of found) {
    const last = joined.at(-1);
    if (!last || finding.from >= last.to) joined.push(finding);
    else if (finding.to > last.to) joined[joined.length - 1] = { ...last, to: finding.to };
  }
  return joined;
}

/** The text with secrets and personal literals replaced by `«redacted:kind»`. Pure, offline; redacting twice changes nothing more. */
export function redact(text: string, options: RedactOptions = {}): string {
  let result = '';
  let end = 0;
  for (const { kind, from, to } of findRedactions(text, options)) {
    result += `${text.slice(end, from)}«redacted:${kind}»`;
    end = to;
  }
  return result + text.slice(end);
}

const longestName = 200;
const mostNames = 20_000;
const names = { all: new Map<string, string>(), secrets: new Map<string, string>() };

/** The same; short texts, most of which are names that come again and again, are remembered. */
function redactName(text: string, options: RedactOptions): string {
  if (text.length > longestName) return redact(text, options);
  const known = options.personal === false ? names.secrets : names.all;
  const before = known.get(text);
  if (before !== undefined) return before;
  const result = redact(text, options);
  if (known.size >= mostNames) known.clear();
  known.set(text, result);
  return result;
}

/** Every string in plain JSON redacted; names of properties stay. */
export function redactDeep<T>(value: T, options: RedactOptions = {}): T {
  if (typeof value === 'string') return redactName(value, options) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => redactDeep(item, options)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redactDeep(item as unknown, options)]),
  ) as T;
}

/** A claim fit for the ledger: value and steps redacted. Owners keep their addresses, which are there to be written to. */
export function redactClaim<C extends NewClaim>(claim: C): C {
  const personal = claim.field !== 'owner' && claim.field !== 'consumer';
  return {
    ...claim,
    value: redactDeep(claim.value, { personal }),
    ...(claim.steps ? { steps: redactDeep(claim.steps) } : {}),
  };
}

/** Most texts hold nothing that any rule could match: no separator of an assignment or address, and no long run without a space. */
const mayHold =
  /[@=+]|:\S*[:/]|(?:pass|pw|secret|token|key)\S*\s*[:i]|\S{20,}|\d[.)-] ?\d{3}|\d\.\d+\.\d|-----/i;
