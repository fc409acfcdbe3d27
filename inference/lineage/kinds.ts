import type { LineageKind } from '../../schema/contracts/claims.ts';

const strength: Readonly<Record<LineageKind, number>> = {
  copy: 0,
  cast: 1,
  expression: 2,
  window: 3,
  aggregate: 4,
  condition: 5,
};

/** The kind of a path is that of its weakest step. */
export const along = (a: LineageKind, b: LineageKind): LineageKind => (strength[a] >= strength[b] ? a : b);

/** Of two paths from the same column the closer one counts. */
export const either = (a: LineageKind, b: LineageKind): LineageKind => (strength[a] <= strength[b] ? a : b);
