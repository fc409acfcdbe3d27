/** `why`: how a statement about a table is known, step by step. */
import { Argument, type Command } from 'commander';
import type { Inherited } from '../../activities/why.ts';
import type { WhyGrain } from '../../inference/why/why-grain.ts';
import { place } from '../../knowledge/page.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { byTrust } from '../../knowledge/trust-order.ts';
import type { Card } from '../../schema/contracts/card.ts';
import { claimFields, type Claim, type ClaimField } from '../../schema/contracts/claims.ts';
import { readCards } from '../../store/cards.ts';
import { placesOf, remarkLines, stepText, valueLines } from '../claim-print.ts';
import { indented } from '../paragraph.ts';
import { claimsOf } from '../table-claims.ts';
import type { Terminal } from '../terminal.ts';
import { whyGrainLines } from '../why-print.ts';
import { findTable, reading, withReadOptions, type ReadOptions } from './reading.ts';

export function registerWhy(program: Command): void {
  withReadOptions(program.command('why'))
    .description('how a statement about a table is known: each step with its file and line')
    .argument('<name>', 'a table id, or the end of one')
    .addArgument(new Argument('[field]', 'what is to be explained').choices(claimFields).default('grain'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore why marts.orders\n  $ tablelore why orders population\n  $ tablelore why orders join --json',
    )
    .action((name: string, field: ClaimField, options: ReadOptions) =>
      reading(options, async (state) => {
        const { db, terminal, answer } = state;
        const found = await findTable(state, name);
        const { table, repo, asOf } = found;
        const claims = (await claimsOf(db, found)).filter((claim) => claim.field === field);
        const [stored] = await readCards(db, repo, [table], { asOf });
        const conflicts = stored?.card.conflicts.filter((conflict) => conflict.field === field) ?? [];
        const { explainGrain, inheritedFrom } = await import('../../activities/why.ts');
        const inherited = await inheritedFrom(db, found, table, claims);
        const grain = field === 'grain' ? await explainGrain(db, found, table) : null;
        answer({ repo, asOf, table, field, claims, conflicts, inherited, ...(grain && { grain }) }, () => [
          ...claimLines({ table, field, claims, conflicts, inherited, grain }, terminal),
          ...(grain === null ? [] : ['', ...whyGrainLines(grain, terminal)]),
        ]);
      }),
    );
}

interface Explained {
  readonly table: string;
  readonly field: ClaimField;
  readonly claims: readonly Claim[];
  readonly conflicts: Card['conflicts'];
  readonly inherited: readonly Inherited[];
  readonly grain: WhyGrain | null;
}

/** The claims, the most trusted first, with where each is read and the steps of those that are not explained below; then what lost, and to what. */
function* claimLines(
  { table, field, claims, conflicts, inherited, grain }: Explained,
  terminal: Pick<Terminal, 'style' | 'width'>,
): Generator<string> {
  const { style, width } = terminal;
  yield `${style('bold', oneLine(table))}  ${field.replaceAll('_', ' ')}`;
  if (claims.length === 0) yield style('dim', '  nothing is known of it');
  for (const claim of [...claims].sort(byTrust(new Set()))) {
    yield* valueLines(claim, terminal);
    const from = inherited.find((one) => one.claim === claim.id);
    const places = from
      ? `from ${from.through.join(' ← ')}: ${from.evidence.map(place).join(', ')}`
      : placesOf(claim);
    yield* remarkLines(`· ${places} (${claim.confidence})`, terminal);
    if (grain !== null && claim.origin === 'derived') continue;
    for (const [i, step] of (claim.steps ?? []).entries())
      yield* remarkLines(`${i + 1}. ${stepText(step)}`, terminal);
  }
  for (const { words, rule } of conflicts) {
    yield '';
    yield* indented(`${words} (${rule})`, 2, width);
  }
}
