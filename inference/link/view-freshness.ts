/** A view holds no rows of its own: it is as fresh as the tables behind it. */
import type { ClaimValue, NewClaim } from '../../schema/contracts/claims.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { freshnessClaim } from './freshness-claim.ts';
import { scheduleWords } from './schedules.ts';
import { mainBuild, readsOf, type LinkContext, type TableFacts } from './table-facts.ts';

/** More tables than this are not one answer to "how fresh is it". */
const mostNamed = 3;
const mostTables = 40;

interface Source {
  readonly table: TableId;
  readonly claim: NewClaim & { readonly field: 'freshness' };
}

/**
 * At most one claim; none for tables, for views that a job of their own builds, and where nothing behind the view has a known schedule. `schedule` is set only
 * where all tables behind the view share it.
 */
export function viewFreshnessClaim(facts: TableFacts, output: LinkOutput, context: LinkContext): NewClaim[] {
  if (output.kind !== 'view' || facts.jobs.length > 0) return [];
  const stored = storedTables(facts, context);
  const sources = stored.flatMap((source): Source[] => {
    const build = mainBuild(source)?.build;
    const [claim] = build ? freshnessClaim(source, { kind: build.kind, write: build.write }) : [];
    return claim?.field === 'freshness' && claim.value.schedule !== null
      ? [{ table: source.table, claim }]
      : [];
  });
  if (sources.length === 0 || sources.length > mostNamed) return [];
  const told = sources.map(({ table, claim }) => `${table} (${builtWords(claim.value)})`);
  const shared = (read: (value: ClaimValue<'freshness'>) => string | null): string | null => {
    const [first = null, ...others] = new Set(sources.map(({ claim }) => read(claim.value)));
    return others.length === 0 && sources.length === stored.length ? first : null;
  };
  const schedule = shared((value) => value.schedule);
  return [
    {
      table: facts.table,
      field: 'freshness',
      value: {
        schedule,
        job: schedule === null ? null : shared((value) => value.job),
        window: null,
        partition: [],
        loaded_at: null,
        late_after: null,
        words: `a view, as fresh as ${told.join(' and ')}`,
      },
      origin: 'derived',
      confidence: 0.9,
      evidence: sources.flatMap(({ claim }) => claim.evidence).slice(0, 4),
    },
  ];
}

const builtWords = ({ schedule, job }: ClaimValue<'freshness'>): string =>
  `built ${scheduleWords(schedule ?? '')}${job === null ? '' : ` by ${job}`}`;

/** What a view reads that is no view itself, also through other views; sorted. */
function storedTables(facts: TableFacts, { scopes, resolver, tables }: LinkContext): TableFacts[] {
  const found = new Map<TableId, TableFacts>();
  const seen = new Set([facts.table]);
  const queue = [facts];
  for (let at = queue.shift(); at !== undefined && seen.size < mostTables; at = queue.shift())
    for (const table of readsOf(at, scopes, resolver).keys()) {
      const source = tables.get(table);
      if (source === undefined || seen.has(table)) continue;
      seen.add(table);
      if (mainBuild(source)?.build.kind === 'view') queue.push(source);
      else found.set(table, source);
    }
  return [...found.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
}
