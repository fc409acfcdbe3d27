/** What link and derive say of tables, as far as tables are compared by it: a hundred thousand are held at once. */
import type { TableInterface } from '../inference/derive/interface.ts';
import type { ClaimValue } from '../schema/contracts/claims.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { outputsByTable } from '../store/claim-sets.ts';
import { readClaims } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import { keysWithDiagnostic } from '../store/facts.ts';
import { slices } from '../store/json.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import type { RunHandle } from './contract.ts';
import type { DeriveOutput } from './derive.ts';

export interface TableState {
  readonly link: Omit<LinkOutput, 'names'>;
  readonly derive: DerivedState | null;
  readonly grain: ClaimValue<'grain'> | null;
  readonly population: readonly Pick<ClaimValue<'population'>, 'sql' | 'words'>[];
  /** Its code is made of what a warehouse answers: there may be columns that nobody here sees. */
  readonly asksWarehouse: boolean;
}

export interface DerivedState extends Pick<DeriveOutput, 'joins' | 'copies'> {
  readonly interface: Pick<TableInterface, 'columns' | 'complete' | 'likely'>;
}

export type TableStates = ReadonlyMap<string, TableState>;

const tablesAtOnce = 1_000;

/** By table, sorted by name, as of the end of the night. `only`: only these tables. */
export async function loadStates(
  db: Database,
  { repo, asOf }: Pick<RunHandle, 'repo' | 'asOf'>,
  only?: readonly string[],
): Promise<TableStates> {
  const links = await pointedSets(db, repo, asOf, 'link', only);
  const derives = await pointedSets(db, repo, asOf, 'derive', only);
  const states = new Map<string, TableState>();
  for (const some of slices([...links], tablesAtOnce)) {
    const linked = await outputsByTable<LinkOutput>(db, new Map(some));
    const own = new Map(
      some.flatMap(([table]) => {
        const set = derives.get(table);
        return set === undefined ? [] : [[table, set] as const];
      }),
    );
    const derived = await outputsByTable<DeriveOutput>(db, own);
    const claims = await readClaims(db, [...own.values()].map(({ setId }) => setId), ['grain', 'population']); // prettier-ignore
    const keys = new Set([...linked.values()].flatMap(({ builds }) => builds.map(({ facts }) => facts)));
    const asking = await keysWithDiagnostic(db, [...keys], 'dbt.needs_warehouse');
    for (const [table, { names: _, ...link }] of linked) {
      const said = claims.get(derives.get(table)?.setId ?? -1) ?? [];
      states.set(table, {
        link,
        derive: narrowed(derived.get(table)),
        grain: said.find((claim) => claim.field === 'grain')?.value ?? null,
        population: said.flatMap(({ field, value }) =>
          field === 'population' ? [{ sql: value.sql, words: value.words }] : [],
        ),
        asksWarehouse: link.builds.some(({ facts }) => asking.has(facts)),
      });
    }
  }
  return states;
}

function narrowed(output: DeriveOutput | undefined): DerivedState | null {
  if (output === undefined) return null;
  const { joins, copies, interface: whole } = output;
  const { columns, complete, likely } = whole;
  return { joins, copies, interface: { columns, complete, ...(likely && { likely }) } };
}
