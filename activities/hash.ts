import { createHash } from 'node:crypto';
import { canonicalJson } from '../knowledge/canonical-json.ts';

/** SHA-256 (hex) of a value as canonical JSON. */
export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/**
 * The same for a value that the same code makes with its properties always in one order, at a tenth of the cost. What stored values are named by is
 * `hashOf`.
 */
export const hashOfMade = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value) ?? 'null')
    .digest('hex');
