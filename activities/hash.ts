import { createHash } from 'node:crypto';
import { canonicalJson } from '../knowledge/canonical-json.ts';

/** SHA-256 (hex) of a value as canonical JSON. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');
