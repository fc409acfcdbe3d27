/** What the derivation of a table depends on, as one hash: its builds, and the interface of every table that it reads. */
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { deriveVersion } from '../inference/derive/version.ts';
import { hashOf } from './hash.ts';

/** Hash of what others inherit from a table by declaration. */
export const declaredInterfaceHash = ({
  testedKeys,
  notNull,
  columns,
  columnsComplete,
  kind,
}: LinkOutput): string => hashOf({ testedKeys, notNull, columns, columnsComplete, kind });

/**
 * `declared`: `declaredInterfaceHash` of a table read, null when nothing is known of it; `derived`: hash of its derived interface, null when it has none.
 */
export function deriveInputHash(
  link: LinkOutput,
  declared: (table: string) => string | null,
  derived: (table: string) => string | null,
): string {
  const { builds, names, kind, write } = link;
  const upstream = link.upstream.map((table) => [table, declared(table), derived(table)]);
  return hashOf({ deriveVersion, builds, names, kind, write, upstream });
}
