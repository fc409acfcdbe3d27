/** A line of the code that builds a table, as evidence. */
import type { Place } from '../inference/derive/places.ts';
import type { CodeEvidence } from '../schema/contracts/evidence.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';

/** The line in the blob that its file had. Without a place the start of the first file; empty when the file builds nothing of the table. */
export function evidenceAt(
  link: Pick<LinkOutput, 'builds'> | undefined,
  place: Place | null,
): CodeEvidence[] {
  const part = link?.builds.find(({ path }) => place === null || path === place.path);
  const line = place?.line ?? 1;
  return part === undefined ? [] : [{ kind: 'code', path: part.path, lines: [line, line], blob: part.blob }];
}
