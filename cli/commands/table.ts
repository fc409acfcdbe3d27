/** `table`: a table's card; its claims with their evidence; how it changed. */
import type { Command } from 'commander';
import { stripVTControlCharacters } from 'node:util';
import { cardChanges } from '../../knowledge/card-changes.ts';
import { claimLines } from '../../knowledge/claim-lines.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { printCard } from '../../knowledge/print-card.ts';
import { byText, byTrust } from '../../knowledge/trust-order.ts';
import type { Card } from '../../schema/contracts/card.ts';
import { claimFields, type Claim } from '../../schema/contracts/claims.ts';
import { readCards } from '../../store/cards.ts';
import type { Database } from '../../store/database.ts';
import { readCardsOfSets } from '../../store/named-cards.ts';
import { pointerHistory } from '../../store/pointers.ts';
import { placesOf, remarkLines, stepText, valueLines } from '../claim-print.ts';
import { NothingFound } from '../exit.ts';
import { indented } from '../paragraph.ts';
import { claimsOf } from '../table-claims.ts';
import type { Terminal } from '../terminal.ts';
import { findTable, reading, withReadOptions, type ReadOptions, type RepoNight } from './reading.ts';

interface TableOptions extends ReadOptions {
  readonly claims?: boolean;
  readonly history?: boolean;
}

type Found = RepoNight & { readonly table: string };

export function registerTable(program: Command): void {
  withReadOptions(program.command('table'))
    .description('print the card of a table')
    .argument('<name>', 'a table id, or the end of one')
    .option('--claims', 'with every claim, its evidence and its proof')
    .option('--history', 'how the card changed from night to night')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore table marts.orders\n  $ tablelore table orders --claims --json',
    )
    .action((name: string, options: TableOptions) =>
      reading(options, async (state) => {
        const { db, terminal, answer } = state;
        const found = await findTable(state, name);
        if (options.history) {
          const versions = await cardHistory(db, found);
          return answer({ ...named(found), versions }, () => historyLines(found.table, versions, terminal));
        }
        const [stored] = await readCards(db, found.repo, [found.table], { asOf: found.asOf });
        if (stored === undefined)
          throw new NothingFound(
            `${found.table} has no card on ${found.asOf}. \`tablelore status last\` says whether it failed.`,
          );
        const { card } = stored;
        const claims = options.claims ? await claimsOf(db, found) : null;
        const evidence = new Map(claims?.map((claim) => [claim.id, claim.evidence]));
        const print = () =>
          printCard(card, {
            width: terminal.width,
            colour: terminal.live,
            ...(claims && { evidenceOf: (id) => evidence.get(id) ?? [] }),
          })
            .trimEnd()
            .split('\n');
        if (claims === null) return answer(card, print);
        const { commit } = found;
        const lines = claimLines({ path: card.path, claims, superseded: new Set(), commit });
        answer({ card, claims: lines }, () => [...print(), '', ...claimText(claims, terminal)]);
      }),
    );
}

const named = ({ repo, table, asOf }: Found) => ({ repo, table, asOf });

/** Claims by field, in the order of the contract: origin, value, where it is read, and the steps of a proof. */
function* claimText(claims: readonly Claim[], terminal: Terminal): Generator<string> {
  const { style, width } = terminal;
  for (const field of claimFields) {
    const group = claims.filter((claim) => claim.field === field).sort(bySubject);
    if (group.length === 0) continue;
    yield `${style('bold', field.replaceAll('_', ' '))}  ${style('dim', String(group.length))}`;
    for (const claim of group) {
      const lines = valueLines(claim, terminal);
      const last = lines.pop() ?? '';
      const places = `· ${placesOf(claim)} (${claim.confidence})`;
      const roomy = stripVTControlCharacters(last).length + 2 + places.length <= width;
      yield* lines;
      yield roomy ? `${last}  ${style('dim', oneLine(places))}` : last;
      if (!roomy) yield* remarkLines(places, terminal);
      for (const step of claim.steps ?? []) yield* remarkLines(`– ${stepText(step)}`, terminal);
    }
  }
}

/** What of one column, join or table is said stands together, the most trusted first. */
function bySubject(a: Claim, b: Claim): number {
  const [one, other] = [a, b].map(({ value }) =>
    'column' in value ? value.column : 'table' in value ? value.table : '',
  );
  return byText(one ?? '', other ?? '') || trust(a, b);
}
const trust = byTrust(new Set());

/** From a night on the table had another card; `changes` null: the first one, or the first after it was gone. */
interface CardVersion {
  readonly asOf: string;
  /** Null: the table is gone from this night on. */
  readonly card: Card | null;
  readonly changes: readonly string[] | null;
}

async function cardHistory(db: Database, { repo, asOf, table }: Found): Promise<CardVersion[]> {
  const points = (await pointerHistory(db, repo, table, 'card')).filter((point) => point.asOf <= asOf);
  const cards = await readCardsOfSets(
    db,
    points.flatMap(({ setId }) => setId ?? []),
  );
  const versions: CardVersion[] = [];
  let before: Card | null = null;
  for (const point of points) {
    const card: Card | null = point.setId === null ? null : (cards.get(point.setId) ?? null);
    versions.push({ asOf: point.asOf, card, changes: before && card ? cardChanges(before, card) : null });
    before = card;
  }
  return versions;
}

function* historyLines(
  table: string,
  versions: readonly CardVersion[],
  { style, width }: Terminal,
): Generator<string> {
  yield style('bold', oneLine(table));
  for (const { asOf, card, changes } of versions) {
    if (card === null) yield `${style('cyan', asOf)}  ${style('yellow', 'gone')}`;
    else if (changes === null) {
      const row = card.grain?.value.phrase;
      yield `${style('cyan', asOf)}  first card${row ? `: ${oneLine(row)}` : ''}`;
    } else {
      const [first = 'nothing that a reader sees', ...rest] = changes;
      const lines = [first, ...rest].flatMap((change) => indented(change, 12, width));
      yield `${style('cyan', asOf)}  ${(lines[0] ?? '').trimStart()}`;
      yield* lines.slice(1);
    }
  }
}
