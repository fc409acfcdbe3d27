/** How much each stage says of what it could say. Pure. */
import type { Coverage } from '../../schema/contracts/runs.ts';

export interface CoverageCounts {
  readonly files: number;
  readonly filesWithFacts: number;
  readonly statements: { readonly total: number; readonly parsed: number };
  readonly tables: number;
  readonly built: number;
  readonly withColumns: number;
  readonly withUpstream: number;
  readonly withKey: number;
  readonly withJoins: number;
  readonly withLineage: number;
  readonly withFreshness: number;
  readonly withOwner: number;
  readonly withPurpose: number;
  readonly withUse: number;
  readonly templates: number;
  readonly trustedTemplates: number;
  /** Texts of the night's snapshot; 0 where readers see that of another night. */
  readonly texts: number;
  readonly withVector: number;
}

/** In the order of the stages; tables are those that code builds, unless said otherwise. */
export const coverageOf = (counts: CoverageCounts): Coverage[] => [
  { stage: 'parse', what: 'files read', have: counts.filesWithFacts, of: counts.files },
  { stage: 'parse', what: 'statements parsed', have: counts.statements.parsed, of: counts.statements.total },
  { stage: 'link', what: 'with columns', have: counts.withColumns, of: counts.built },
  { stage: 'link', what: 'with upstream', have: counts.withUpstream, of: counts.built },
  { stage: 'link', what: 'with an owner', have: counts.withOwner, of: counts.built },
  { stage: 'derive', what: 'with a key', have: counts.withKey, of: counts.built },
  { stage: 'derive', what: 'with joins', have: counts.withJoins, of: counts.built },
  { stage: 'derive', what: 'with column lineage', have: counts.withLineage, of: counts.built },
  { stage: 'derive', what: 'with freshness', have: counts.withFreshness, of: counts.built },
  { stage: 'observe', what: 'of all tables in query logs', have: counts.withUse, of: counts.tables },
  { stage: 'observe', what: 'templates trusted', have: counts.trustedTemplates, of: counts.templates },
  { stage: 'infer', what: 'with a purpose', have: counts.withPurpose, of: counts.built },
  { stage: 'embed', what: 'texts with a vector', have: counts.withVector, of: counts.texts },
];
