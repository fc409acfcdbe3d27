/** What is known of all tables: for looking one up, and for the check of citations. */
import { tableResolver } from '../../inference/model/resolve-table.ts';
import { claimFields, type Claim, type ClaimField } from '../../schema/contracts/claims.ts';
import type { LinkOutput, SetStage } from '../../schema/contracts/stages.ts';
import { readOutputs } from '../../store/claim-sets.ts';
import { readClaims } from '../../store/claims.ts';
import type { Database } from '../../store/database.ts';
import { currentEdges } from '../../store/edges.ts';
import { pointedSets, type PointedSet } from '../../store/pointed-sets.ts';
import { readPointers } from '../../store/pointers.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import type { DeriveOutput } from '../derive.ts';
import { saidHashes, saying } from './said.ts';

export interface KnownTable {
  /** Declared, derived and observed, in the order of the contract; nothing that a model said. */
  readonly claims: readonly Claim[];
  /** Tables that read it, sorted. */
  readonly downstream: readonly string[];
  /** Null: not all of them are known. */
  readonly columns: readonly string[] | null;
  /** Of what is declared and proved. */
  readonly hash: string;
}

export interface Ledger {
  /** The id of the table meant; null: none, or several. */
  readonly resolve: (name: string) => string | null;
  /** The file that builds a table whose columns were asked for; null: none. */
  readonly pathOf: (table: string) => string | null;
  /** Columns by table; tables of which not all columns are known are absent. */
  readonly columnsOf: (tables: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
  readonly about: (table: string) => Promise<KnownTable>;
}

const telling: readonly SetStage[] = [...saying, 'relate', 'observe'];
/** Lineage of columns is long, and is told by the code better. */
const fields: readonly ClaimField[] = claimFields.filter((field) => field !== 'column_lineage');

interface KnownTables {
  readonly links: ReadonlyMap<string, PointedSet>;
  readonly resolve: Ledger['resolve'];
}

/** By run: its tables are linked before the first of them is asked about, and each chunk asks for all. Of the last few runs. */
const known = new WeakMap<Database, Map<string, Promise<KnownTables>>>();
const runsKnown = 3;

function knownTables(db: Database, { run, repo, asOf }: RunHandle): Promise<KnownTables> {
  const runs = known.get(db) ?? new Map<string, Promise<KnownTables>>();
  known.set(db, runs);
  const key = `${run} ${repo} ${asOf}`;
  const found = runs.get(key);
  if (found) return found;
  const made = pointedSets(db, repo, asOf, 'link').then((links) => ({
    links,
    resolve: tableResolver(links.keys()),
  }));
  runs.set(key, made);
  made.catch(() => runs.delete(key));
  while (runs.size > runsKnown) runs.delete(runs.keys().next().value as string);
  return made;
}

export async function openLedger({ db }: ActivityDeps, handle: RunHandle): Promise<Ledger> {
  const { repo, asOf } = handle;
  const { links, resolve } = await knownTables(db, handle);
  const paths = new Map<string, string | null>();

  async function columnsOf(tables: readonly string[]) {
    const derives = await pointedSets(db, repo, asOf, 'derive', tables);
    const idOf = (table: string) => [links.get(table)?.setId ?? -1, derives.get(table)?.setId ?? -1] as const;
    const outputs = await readOutputs(db, tables.flatMap(idOf)); // prettier-ignore
    const found = new Map<string, readonly string[]>();
    for (const table of tables) {
      const [linkId, deriveId] = idOf(table);
      const link = outputs.get(linkId)?.output as LinkOutput | undefined;
      const derived = (outputs.get(deriveId)?.output as DeriveOutput | undefined)?.interface;
      paths.set(table, link?.path ?? null);
      const names = [...(link?.columns ?? []), ...(derived?.columns ?? [])].map(({ name }) => name);
      if (derived?.complete || link?.columnsComplete) found.set(table, [...new Set(names)]);
    }
    return found;
  }

  async function about(table: string): Promise<KnownTable> {
    const sets = await readPointers(db, repo, asOf, { stages: telling, tables: [table] });
    const bySet = await readClaims(db, sets.map(({ setId }) => setId), fields); // prettier-ignore
    const claims = sets.flatMap(({ setId }) => bySet.get(setId) ?? []);
    return {
      claims: claims.toSorted((a, b) => fields.indexOf(a.field) - fields.indexOf(b.field)),
      downstream: (await currentEdges(db, repo, asOf, [table])).map((edge) => edge.table),
      columns: (await columnsOf([table])).get(table) ?? null,
      hash: (await saidHashes(db, handle, [table])).get(table) ?? '',
    };
  }

  return {
    resolve,
    pathOf: (table) => paths.get(table) ?? null,
    columnsOf,
    about,
  };
}
