/** What a finding is: something in the code or in what is declared that is likely wrong, with what to do about it. */
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import type { Place } from '../derive/places.ts';
import type { TableRuns } from '../derive/table-runs.ts';

/** In the order in which they are told of one table. */
export const findingKinds = [
  'key_not_kept',
  'unique_key_differs',
  'fan_out',
  'cross_join',
  'row_number_ties',
  'test_disabled',
  'source_unused',
  'source_undeclared',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** `high`: figures or keys are wrong if it is so; `medium`: they may depend on chance or on the data; `low`: untidy. */
export type Severity = 'high' | 'medium' | 'low';

export interface Finding {
  readonly kind: FindingKind;
  readonly table: string;
  readonly severity: Severity;
  /** 0..1: how likely what is said is wrong is so. */
  readonly confidence: number;
  /** Where it stands; null where no line is known. */
  readonly at: Place | null;
  readonly what: string;
  readonly todo: string;
}

/** One table that code builds, reasoned about. */
export interface Examined {
  readonly table: string;
  readonly link: Pick<LinkOutput, 'testedKeys'>;
  readonly made: TableRuns;
}

export const placeAt = ({ placeOf }: TableRuns, line: number | undefined): Place | null =>
  line === undefined ? null : placeOf(line);
