/** Explanations of what was derived, made anew from what is stored. Reads only. */
import type { DeriveInput } from '../inference/derive/derive.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import { whyGrain, type WhyGrain } from '../inference/why/why-grain.ts';
import { unqualified } from '../knowledge/column-roots.ts';
import type { Claim } from '../schema/contracts/claims.ts';
import type { CodeEvidence } from '../schema/contracts/evidence.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { readClaims } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { readFacts } from '../store/facts.ts';
import { slices } from '../store/json.ts';
import { readLinks } from '../store/links.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { deriveInput, loadState } from './derive.ts';

export interface NightOfRepo {
  readonly repo: string;
  readonly asOf: string;
}

export interface TableInput {
  readonly input: DeriveInput;
  readonly link: LinkOutput;
}

/** Each table's input of the derivation, as the night left it; tables that nothing is known of are absent. */
async function deriveInputs(
  db: Database,
  night: NightOfRepo,
  tables: readonly string[],
): Promise<Map<string, TableInput>> {
  const state = await loadState({ db }, night, tables);
  const ids = tables.flatMap((table) => state.links.get(table)?.builds.map((build) => build.facts) ?? []);
  const facts = await readFacts(db, [...new Set(ids)]);
  return new Map(
    tables.flatMap((table) => {
      const link = state.links.get(table);
      return link === undefined ? [] : [[table, { input: deriveInput(table, link, facts, state), link }]];
    }),
  );
}

const tablesAtOnce = 100;

/** The same of all derived tables that are not temporary, in the order of their names. `wanted`: only of those. */
export async function* allDeriveInputs(
  db: Database,
  night: NightOfRepo,
  wanted: (table: string) => boolean = () => true,
): AsyncGenerator<TableInput> {
  const derived = await pointedSets(db, night.repo, night.asOf, 'derive');
  const tables = [...derived.keys()].filter((table) => !isTemporary(table) && wanted(table));
  for (const some of slices(tables, tablesAtOnce)) yield* (await deriveInputs(db, night, some)).values();
}

/** Null where no code builds the table. */
export async function explainGrain(
  db: Database,
  night: NightOfRepo,
  table: string,
): Promise<WhyGrain | null> {
  const found = (await deriveInputs(db, night, [table])).get(table);
  return found === undefined || found.input.builds.length === 0 ? null : whyGrain(found.input);
}

/** A condition of a table, and the table further up whose code says it. */
export interface Inherited {
  readonly claim: string;
  /** The way up, nearest first; the last one's code holds the condition. */
  readonly through: readonly string[];
  readonly evidence: readonly CodeEvidence[];
}

const mostLevels = 12;

/** Where conditions that no line of the table's own code says are taken from. Those of which that is not to be told are left out. */
export async function inheritedFrom(
  db: Database,
  { repo, asOf }: NightOfRepo,
  table: string,
  claims: readonly Claim[],
): Promise<Inherited[]> {
  const found: Inherited[] = [];
  for (const claim of claims) {
    if (claim.field !== 'population' || claim.origin !== 'derived' || saysIt(claim)) continue;
    const text = unqualified(claim.value.sql);
    const through: string[] = [];
    let at = table;
    for (let level = 0; level < mostLevels; level++) {
      const above = (await readLinks(db, repo, asOf, [at])).get(at)?.upstream ?? [];
      const sets = await pointedSets(db, repo, asOf, 'derive', above);
      const own = await readClaims(db, [...sets.values()].map(({ setId }) => setId), ['population']); // prettier-ignore
      const alike = [...sets].flatMap(([name, { setId }]) =>
        (own.get(setId) ?? []).flatMap((other) =>
          other.field === 'population' && unqualified(other.value.sql) === text ? [{ name, other }] : [],
        ),
      );
      const named = alike.filter(({ name }) => claim.value.sql.includes(`${name}.`));
      const [next, ...others] = named.length > 0 ? named : alike;
      if (next === undefined || others.length > 0) break;
      through.push(next.name);
      at = next.name;
      if (!saysIt(next.other)) continue;
      found.push({ claim: claim.id, through, evidence: codeOf(next.other) });
      break;
    }
  }
  return found;
}

const codeOf = ({ evidence }: Claim): CodeEvidence[] =>
  evidence.flatMap((one) => (one.kind === 'code' ? [one] : []));

/** Whether it cites the line of a condition, not the whole of a build. */
const saysIt = (claim: Claim): boolean => codeOf(claim).some(({ lines: [from, to] }) => from === to);
