/** Compares tables with each other: joins that code writes anywhere, look-alikes, and keys and references that the others make likely. */
import { windowOfWrite } from '../inference/link/freshness-claim.ts';
import { rankJoins, type FoundJoin, type RankedJoin } from '../inference/derive/rank-joins.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import { eachSimilar, type TableShape } from '../knowledge/similar.ts';
import type { NewClaim } from '../schema/contracts/claims.ts';
import type { StageResult } from '../schema/contracts/stages.ts';
import { saveStageResults } from '../store/claim-sets.ts';
import { readClaims } from '../store/claims.ts';
import { currentEdges } from '../store/edges.ts';
import { readLinks } from '../store/links.ts';
import { pointedSets, type PointedSet } from '../store/pointed-sets.ts';
import { pointTables, type PointerChange } from '../store/pointers.ts';
import type { ChunkResult, RunHandle } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { gently } from './gently.ts';
import { hashOf } from './hash.ts';
import { alive } from './heartbeat.ts';
import { evidenceAt } from './line-evidence.ts';
import { columnNames, likelyClaims } from './likely-claims.ts';
import { inScope } from './scope.ts';
import { loadStates, type TableState, type TableStates } from './table-states.ts';

const setsPerWrite = 500;

export function relate(deps: ActivityDeps, handle: RunHandle): Promise<ChunkResult> {
  return alive(async (signal) => {
    const before = await pointedSets(deps.db, handle.repo, handle.asOf, 'relate');
    let results: StageResult[] = [];
    for await (const [table, claims] of relatedClaims(deps, handle, before, signal)) {
      const known = before.get(table);
      const inputHash = hashOf(claims);
      if (known?.inputHash === inputHash || (known === undefined && claims.length === 0)) continue;
      results.push({ table, stage: 'relate', inputHash, claims, output: null });
      if (results.length < setsPerWrite) continue;
      await save(deps, handle, results);
      results = [];
    }
    await save(deps, handle, results);
    return { done: 0, reused: 0, failed: 0 };
  });
}

async function save(
  { db }: ActivityDeps,
  { repo, asOf }: RunHandle,
  results: readonly StageResult[],
): Promise<void> {
  const saved = await saveStageResults(db, repo, results);
  await pointTables(db, repo, asOf, saved.map(({ table, setId }): PointerChange => ({ table, stage: 'relate', setId }))); // prettier-ignore
}

/**
 * Of the tables that the run is for, one by one. For a single table that was compared before, only what joins it is gathered anew, from those that read it: to find its
 * look-alikes and likely keys all tables are needed, and those that the last night found stay until the next.
 */
async function* relatedClaims(
  deps: ActivityDeps,
  handle: RunHandle,
  before: ReadonlyMap<string, PointedSet>,
  signal: AbortSignal,
): AsyncGenerator<[table: string, claims: NewClaim[]]> {
  const { table } = handle;
  const known = table === null ? undefined : before.get(table);
  if (table === null || known === undefined) {
    yield* compareAll(await loadStates(deps.db, handle), inScope(handle), signal);
    return;
  }
  const tables = await loadStates(deps.db, handle, await tablesAround(deps, handle, table));
  const others = (await readClaims(deps.db, [known.setId])).get(known.setId) ?? [];
  const evidence = evidenceAt(tables.get(table)?.link, null);
  const kept = others
    .filter((claim) => claim.field !== 'join' || claim.value.by_name === true)
    .map(({ id: _, ...claim }): NewClaim => ({ ...claim, evidence }));
  yield [table, [...joinClaims(table, tables, joinsIn(tables)), ...kept]];
}

async function* compareAll(
  tables: TableStates,
  wanted: (table: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<[table: string, claims: NewClaim[]]> {
  const joins = joinsIn(tables);
  const likely = likelyClaims(tables, (table) => (joins.get(table) ?? []).map(({ value }) => value));
  const shapes = [...tables].map(similarInput);
  const compared = eachSimilar(
    shapes.filter(({ table }) => !isTemporary(table)),
    shapes.filter(({ table }) => isTemporary(table)),
  );
  for await (const [table, found] of gently(compared, signal)) {
    if (!wanted(table)) continue;
    const evidence = evidenceAt(tables.get(table)?.link, null);
    const similar = found.map((value): NewClaim => ({
      table,
      field: 'similar',
      value: { ...value, differences: [...value.differences] },
      origin: 'derived',
      confidence: 0.8,
      evidence,
    }));
    yield [table, [...joinClaims(table, tables, joins), ...similar, ...(likely.get(table) ?? [])]];
  }
}

type Joins = ReadonlyMap<string, readonly RankedJoin[]>;

const joinsIn = (tables: TableStates): Joins =>
  rankJoins(
    foundJoins(tables),
    (table) => tables.get(table)?.link.path ?? null,
    (table) => tables.get(table)?.link.testedKeys.map(({ columns }) => columns) ?? [],
  );

function joinClaims(table: string, tables: TableStates, joins: Joins): NewClaim[] {
  return (joins.get(table) ?? []).map(({ value, builders, first }) => ({
    table,
    field: 'join',
    value,
    origin: 'derived',
    confidence: builders.length > 1 ? 0.95 : 0.85,
    evidence: evidenceAt(tables.get(first.builder)?.link, first.place),
    steps: [
      {
        text: `joined so by ${builders.slice(0, 5).join(', ')}${builders.length > 5 ? ` and ${builders.length - 5} more` : ''}`,
      },
    ],
  }));
}

/** The table, those that read it, and what these read, also by way of temporary tables: all that code joins it with is among them. */
async function tablesAround(
  { db }: ActivityDeps,
  { repo, asOf }: RunHandle,
  table: string,
): Promise<string[]> {
  const readers = (await currentEdges(db, repo, asOf, [table])).map((edge) => edge.table);
  const found = new Set([table, ...readers]);
  for (let next = [...found]; next.length > 0;) {
    const links = await readLinks(db, repo, asOf, next);
    const read = new Set([...links.values()].flatMap(({ upstream }) => upstream)).difference(found);
    for (const one of read) found.add(one);
    next = [...read].filter(isTemporary);
  }
  return [...found];
}

function* foundJoins(tables: TableStates): Generator<FoundJoin> {
  for (const [builder, { derive }] of tables) {
    for (const observation of derive?.joins ?? []) {
      if (isTemporary(observation.left.table) || isTemporary(observation.right.table)) continue;
      yield { observation, builder };
    }
  }
}

function similarInput([table, state]: [string, TableState]): TableShape {
  const { link, derive, grain, population, asksWarehouse } = state;
  const derived = derive?.interface;
  return {
    table,
    upstream: link.upstream,
    columns: columnNames({ link, derive }),
    open: !(derived?.complete === true || link.columnsComplete),
    unseen: asksWarehouse && !link.columnsComplete,
    unsure: link.columns?.map(({ name }) => name) ?? [],
    notNull: [
      ...link.notNull,
      ...(derived?.columns ?? []).filter(({ nullable }) => nullable === false).map(({ name }) => name),
    ],
    copies: new Map(derive?.copies ?? []),
    key: grain?.keys[0]?.columns ?? null,
    timeGrain: grain?.time_grain ?? null,
    population,
    window: windowOfWrite(link),
  };
}
