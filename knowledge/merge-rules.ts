import { mergeColumns } from './rules/columns.ts';
import { mergeFreshness } from './rules/freshness.ts';
import { mergeGrain } from './rules/grain.ts';
import { mergeJoins } from './rules/joins.ts';
import { mergeKind } from './rules/kind.ts';
import { mergeColumnLineage, mergeUpstream } from './rules/lineage.ts';
import { mergeCaveats, mergeConsumers, mergeSimilar } from './rules/lists.ts';
import { mergeOwner } from './rules/owner.ts';
import { mergePopulation } from './rules/population.ts';
import { rule, type AnyFieldRule } from './rules/rule.ts';
import { mergeText } from './rules/text.ts';
import { mergeUsage } from './rules/usage.ts';

/**
 * How claims become a card: one rule per field. Every rule sees its claims in the same order of trust (a person's word, declared,
 * derived, observed, inferred) and departs from it only as its words say.
 */
export const mergeRules: readonly AnyFieldRule[] = [
  rule('kind', mergeKind, 'the most trusted kind stands'),
  rule('description', mergeText('description'), 'the most trusted text stands, of several notes the newest'),
  rule('purpose', mergeText('purpose'), 'the most trusted text stands, of several notes the newest'),
  rule(
    'grain',
    mergeGrain,
    'up to three smallest keys, a person’s first, then tested, proved, configured, assumed, observed',
  ),
  rule(
    'column',
    mergeColumns,
    'all columns stand, except documented ones that the code does not make where it names all; each property comes from the most trusted claim that knows it',
  ),
  rule('join', mergeJoins, 'all joins stand; cardinality comes from the most trusted claim that knows it'),
  rule('upstream', mergeUpstream, 'all edges stand, each with its origins'),
  rule('column_lineage', mergeColumnLineage, 'all sources of a column stand'),
  rule('population', mergePopulation, 'all predicates stand'),
  rule('freshness', mergeFreshness, 'each part comes from the most trusted claim that knows it'),
  rule(
    'owner',
    mergeOwner,
    'who is named nearest to the table: annotation, metadata, group, job, folder, last change',
  ),
  rule('similar', mergeSimilar, 'the five most alike, those that a person names first'),
  rule('caveat', mergeCaveats, 'all caveats stand, people’s first'),
  rule('deprecated', mergeText('deprecated'), 'the most trusted text stands'),
  rule('consumer', mergeConsumers, 'all consumers stand'),
  rule('usage', mergeUsage, 'counted from query logs and from nothing else'),
];
