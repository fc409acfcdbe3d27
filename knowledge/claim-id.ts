import { createHash } from 'node:crypto';
import type { NewClaim } from '../schema/contracts/claims.ts';
import type { Evidence } from '../schema/contracts/evidence.ts';
import { canonicalJson } from './canonical-json.ts';

/**
 * The identity of a claim: the first 32 hex digits of the SHA-256 of its table, field, value, origin and evidence. Of evidence only what makes it
 * the same counts: path, blob and lines, a query's fingerprint, a person and date, a catalogue's source; not the order. A moved file makes a new claim, since
 * a stored one never changes and would go on citing the old path.
 */
export function claimId(claim: NewClaim): string {
  const evidence = claim.evidence.map((item) => canonicalJson(identity(item))).sort();
  const text = canonicalJson([claim.table, claim.field, claim.value, claim.origin, evidence]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function identity(evidence: Evidence): readonly (string | number)[] {
  switch (evidence.kind) {
    case 'code':
      return [evidence.kind, evidence.path, evidence.blob, ...evidence.lines];
    case 'query':
      return [evidence.kind, evidence.fingerprint];
    case 'person':
      return [evidence.kind, evidence.person, evidence.date];
    case 'catalog':
      return [evidence.kind, evidence.source];
  }
}
