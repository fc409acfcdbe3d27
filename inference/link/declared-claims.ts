/** What people wrote down about a table, in code and configuration, as claims; and what link itself proves: the tables read. */
import type { ClaimValue, GrainKey, NewClaim } from '../../schema/contracts/claims.ts';
import type { DeclaredColumn, Declaration, DeclaredKey, Lines } from '../../schema/contracts/facts.ts';
import type { CodeEvidence } from '../../schema/contracts/evidence.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { grainPhrase } from '../derive/phrase.ts';
import { isAxiom } from './axioms.ts';
import { freshnessClaim } from './freshness-claim.ts';
import { mainBuild, type LinkContext, type LinkFile, type Read, type TableFacts } from './table-facts.ts';
import { viewFreshnessClaim } from './view-freshness.ts';
import type { TableId } from '../../schema/contracts/names.ts';

export const codeEvidence = (file: LinkFile, lines: Lines, path?: string): CodeEvidence => ({
  kind: 'code',
  path: path ?? file.facts.path,
  lines: [lines[0], lines[1]],
  blob: file.blob,
});

type Declared = { file: LinkFile; declaration: Declaration };
const evidenceOf = ({ file, declaration }: Declared): CodeEvidence =>
  codeEvidence(file, declaration.lines, declaration.path);

/** The ordered list is the table of contents. */
const makers: readonly ((
  facts: TableFacts,
  reads: Reads,
  output: LinkOutput,
  context: LinkContext,
) => NewClaim[])[] = [
  kindClaims,
  textClaims,
  columnClaims,
  grainClaims,
  relationshipClaims,
  upstreamClaims,
  ownerClaims,
  (facts, _reads, output) => freshnessClaim(facts, output),
  (facts, _reads, output, context) => viewFreshnessClaim(facts, output, context),
  consumerClaims,
];

type Reads = ReadonlyMap<TableId, readonly Read[]>;

export function declaredClaims(
  facts: TableFacts,
  reads: Reads,
  output: LinkOutput,
  context: LinkContext,
): NewClaim[] {
  return makers.flatMap((make) => make(facts, reads, output, context));
}

function kindClaims(facts: TableFacts, _reads: Reads, output: LinkOutput): NewClaim[] {
  const main = mainBuild(facts);
  if (!main) return [];
  const evidence = [codeEvidence(main.file, main.build.lines)];
  return [
    {
      table: facts.table,
      field: 'kind',
      value: { kind: output.kind, write: output.write },
      origin: 'derived',
      confidence: 0.98,
      evidence,
    },
  ];
}

/** What stands beside the code that builds the table is trusted before what another project says of it. */
function textClaims(facts: TableFacts): NewClaim[] {
  const claims: NewClaim[] = [];
  const builder = mainBuild(facts)?.file.facts.reader ?? facts.declarations[0]?.file.facts.reader;
  for (const declared of facts.declarations) {
    const { declaration } = declared;
    const common = {
      table: facts.table,
      origin: 'declared' as const,
      confidence: declared.file.facts.reader === builder ? 0.95 : 0.85,
      evidence: [evidenceOf(declared)],
    };
    if (declaration.declares === 'description')
      claims.push({ ...common, field: 'description', value: { text: declaration.text } });
    if (declaration.declares === 'deprecated')
      claims.push({ ...common, field: 'deprecated', value: { text: declaration.text } });
    if (declaration.declares === 'caveat')
      claims.push({ ...common, field: 'caveat', value: { text: declaration.text } });
  }
  return claims;
}

/** One claim for each column that somebody describes, types or tests. */
function columnClaims(
  facts: TableFacts,
  _reads: Reads,
  _output: LinkOutput,
  context: LinkContext,
): NewClaim[] {
  const found = new Map<string, { value: ClaimValue<'column'>; evidence: CodeEvidence[] }>();
  const at = (column: string, evidence: CodeEvidence) => {
    const key = column.toLowerCase();
    const known = found.get(key) ?? {
      value: { column, position: null, type: null, description: null, nullable: null, values: null },
      evidence: [],
    };
    if (!known.evidence.some((one) => one.path === evidence.path && one.lines[0] === evidence.lines[0]))
      known.evidence.push(evidence);
    found.set(key, known);
    return known.value;
  };
  const lineOf = (declared: Declared, column: DeclaredColumn): CodeEvidence =>
    column.line === undefined
      ? evidenceOf(declared)
      : codeEvidence(declared.file, [column.line, column.line], declared.declaration.path);
  for (const declared of facts.declarations) {
    const { declaration } = declared;
    if (declaration.declares === 'columns') {
      declaration.columns.forEach((column, position) => {
        const value = at(column.name, lineOf(declared, column));
        value.type ??= column.type ?? null;
        value.description ??= column.description || null;
        if (declaration.complete) value.position ??= position;
      });
    } else if (declaration.declares === 'not_null' && !declaration.conditional) {
      for (const column of declaration.columns) at(column, evidenceOf(declared)).nullable = false;
    } else if (declaration.declares === 'accepted_values' && !declaration.conditional) {
      at(declaration.column, evidenceOf(declared)).values ??= [...declaration.values];
    }
  }
  const claims: NewClaim[] = [...found.values()].map(({ value, evidence }) => ({
    table: facts.table,
    field: 'column',
    value,
    origin: 'declared',
    confidence: 0.95,
    evidence,
  }));
  const observed = context.options.catalogue?.get(facts.table);
  for (const [position, column] of (observed?.columns ?? []).entries()) {
    claims.push({
      table: facts.table,
      field: 'column',
      value: {
        column: column.name,
        position,
        type: column.type,
        description: null,
        nullable: null,
        values: null,
      },
      origin: 'observed',
      confidence: 1,
      evidence: [{ kind: 'catalog', source: observed?.source ?? '' }],
    });
  }
  return claims;
}

const basisOf = (key: DeclaredKey, file: LinkFile): 'tested' | 'config' | null => {
  if (isAxiom(key, file.facts)) return 'tested';
  return key.by === 'test' || key.conditional ? null : 'config';
};

/** Tested keys and configured ones, in one claim, tested and short ones first. */
function grainClaims(facts: TableFacts, _reads: Reads, output: LinkOutput): NewClaim[] {
  const found = new Map<
    string,
    { columns: string[]; basis: 'tested' | 'config'; evidence: CodeEvidence; scope: GrainKey['scope'] }
  >();
  const add = (
    columns: readonly string[],
    basis: 'tested' | 'config',
    evidence: CodeEvidence,
    scope: GrainKey['scope'] = 'table',
  ) => {
    const key = columns.map((column) => column.toLowerCase()).sort().join(','); // prettier-ignore
    const known = found.get(key);
    if (!known || (known.basis === 'config' && basis === 'tested'))
      found.set(key, { columns: [...columns], basis, evidence, scope });
  };
  for (const declared of facts.declarations) {
    const { declaration } = declared;
    if (declaration.declares !== 'key') continue;
    const basis = basisOf(declaration, declared.file);
    if (basis) add(declaration.columns, basis, evidenceOf(declared));
  }
  for (const { file, build } of facts.builds) {
    if (build.uniqueKey && build.uniqueKey.length > 0) {
      const scope = build.write === 'snapshot' ? 'current_rows' : 'table';
      add(build.uniqueKey, 'config', codeEvidence(file, build.lines), scope);
    }
  }
  if (found.size === 0) return [];
  const keys = [...found.values()]
    .sort((a, b) => Number(a.basis === 'config') - Number(b.basis === 'config') || a.columns.length - b.columns.length || (a.columns.join() < b.columns.join() ? -1 : 1))
    .slice(0, 3); // prettier-ignore
  const notNull = new Set(output.notNull);
  return [
    {
      table: facts.table,
      field: 'grain',
      value: {
        keys: keys.map(({ columns, basis, scope }) => ({
          columns,
          basis,
          rests_on: [],
          nulls: columns.every((column) => notNull.has(column.toLowerCase())) ? 'none' : 'unknown',
          scope,
        })),
        status: keys.some(({ scope }) => scope === 'table') ? 'unique' : 'unknown',
        phrase: phraseOf(keys[0]),
        time_grain: null,
      },
      origin: 'declared',
      confidence: keys[0]?.basis === 'tested' ? 0.97 : 0.85,
      evidence: keys.map(({ evidence }) => evidence),
    },
  ];
}

/** In words of the key's own names; '' where it holds only within a partition. */
function phraseOf(key: Pick<GrainKey, 'columns' | 'scope'> | undefined): string {
  if (key === undefined || key.scope === 'partition') return '';
  const phrase = grainPhrase(
    key.columns,
    key.columns.map((name) => ({ name, type: null, truncated: null })),
  );
  return key.scope === 'current_rows' ? `${phrase} per version` : phrase;
}

/** A relationship test proves inclusion; it is n:1 only when the other side's columns are tested to be unique. */
function relationshipClaims(
  facts: TableFacts,
  _reads: Reads,
  _output: LinkOutput,
  context: LinkContext,
): NewClaim[] {
  const claims: NewClaim[] = [];
  for (const declared of facts.declarations) {
    const { declaration } = declared;
    if (declaration.declares !== 'relationship' || declaration.conditional) continue;
    const scope = context.scopes.get(declared.file);
    if (!scope) continue;
    const to = context.resolver.resolve(declaration.to, scope);
    const other = context.tables.get(to);
    const unique = other !== undefined && hasTestedKey(other, declaration.toColumns);
    const ownUnique = hasTestedKey(facts, declaration.columns);
    claims.push({
      table: facts.table,
      field: 'join',
      value: {
        columns: [...declaration.columns],
        to,
        to_path: (other && mainBuild(other)?.file.facts.path) ?? null,
        to_columns: [...declaration.toColumns],
        cardinality: unique ? (ownUnique ? '1:1' : 'n:1') : ownUnique ? '1:n' : 'unknown',
      },
      origin: 'declared',
      confidence: 0.97,
      evidence: [evidenceOf(declared)],
    });
  }
  return claims;
}

function hasTestedKey(facts: TableFacts, columns: readonly string[]): boolean {
  const asked = new Set(columns.map((column) => column.toLowerCase()));
  return facts.declarations.some(
    ({ file, declaration }) =>
      declaration.declares === 'key' &&
      isAxiom(declaration, file.facts) &&
      declaration.columns.every((column) => asked.has(column.toLowerCase())),
  );
}

function upstreamClaims(facts: TableFacts, reads: Reads): NewClaim[] {
  const claims: NewClaim[] = [];
  for (const [table, found] of reads) {
    for (const origin of ['derived', 'declared'] as const) {
      const own = found.filter((read) => read.origin === origin);
      const first = own[0];
      if (!first) continue;
      const best = own.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      const lines = new Map(
        own.map((read) => [
          `${read.file.facts.path}:${read.line}`,
          codeEvidence(read.file, [read.line, read.line]),
        ]),
      );
      claims.push({
        table: facts.table,
        field: 'upstream',
        value: { table, kind: best.how },
        origin,
        confidence: best.confidence,
        evidence: [...lines.values()].slice(0, 3),
      });
    }
  }
  return claims;
}

/** One claim for each source of ownership, the most specific first; merge takes the first. */
function ownerClaims(facts: TableFacts, _reads: Reads, output: LinkOutput, context: LinkContext): NewClaim[] {
  const claims: NewClaim[] = [];
  const add = (
    owner: string,
    source: ClaimValue<'owner'>['source'],
    confidence: number,
    evidence: CodeEvidence,
  ) => {
    const known = claims.some(
      (claim) => claim.field === 'owner' && claim.value.owner === owner && claim.value.source === source,
    );
    if (known) return;
    claims.push({
      table: facts.table,
      field: 'owner',
      value: { owner, source },
      origin: 'declared',
      confidence,
      evidence: [evidence],
    });
  };
  for (const declared of facts.declarations) {
    const { declaration } = declared;
    if (declaration.declares === 'owner')
      add(declaration.owner, declaration.source, 0.95, evidenceOf(declared));
  }
  const jobOwners = new Set<string>();
  for (const { file, job } of facts.jobs) {
    if (!job.owner || jobOwners.has(job.owner)) continue;
    jobOwners.add(job.owner);
    add(job.owner, 'dag', 0.8, codeEvidence(file, job.lines));
  }
  const owned = output.path === null ? null : (context.options.codeOwners?.(output.path) ?? null);
  if (owned) add(owned.owners.join(', '), 'codeowners', 0.7, owned.evidence);
  return claims;
}

function consumerClaims(facts: TableFacts): NewClaim[] {
  const claims: NewClaim[] = [];
  const seen = new Set<string>();
  for (const { file, use } of facts.uses) {
    if (use.kind === 'test') continue;
    const name = use.name ?? file.facts.path;
    if (seen.has(`${use.kind} ${name}`)) continue;
    seen.add(`${use.kind} ${name}`);
    const value = { kind: use.kind, name, owner: use.owner ?? null };
    claims.push({
      table: facts.table,
      field: 'consumer',
      value,
      origin: 'declared',
      confidence: 0.95,
      evidence: [codeEvidence(file, use.lines)],
    });
  }
  return claims;
}
