/** Compares what a night found with fixtures/expected, row by row. Each function gives the rows that are not met, as `file | subject | what`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isTemporary } from '../../inference/link/table-id.ts';
import type { ClaimField, ClaimValue } from '../../schema/contracts/claims.ts';
import type { CodeEvidence } from '../../schema/contracts/evidence.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { fingerprintOf, fixtures, type Found } from './found.ts';

interface Key {
  readonly columns: readonly string[];
  readonly declared?: 'tested' | 'constraint' | 'config';
  readonly derived?: 'proved' | 'assumed' | 'maybe';
  readonly scope?: string;
  readonly nulls?: string;
}

interface Join {
  readonly columns: readonly string[];
  readonly to: string;
  readonly to_columns: readonly string[];
  readonly cardinality: string;
}

export interface ExpectedTable {
  readonly path: string | null;
  readonly path_optional?: boolean;
  readonly optional?: boolean;
  readonly kind: string;
  readonly write?: string | readonly string[];
  readonly upstream: readonly string[];
  readonly upstream_optional?: boolean;
  readonly grain: { readonly status: string; readonly time_grain?: string; readonly keys: readonly Key[] };
  readonly joins?: readonly Join[];
  readonly population?: readonly { readonly sql: string }[];
  readonly inherited?: readonly { readonly sql: string; readonly from: string }[];
  readonly freshness?: Readonly<Record<string, unknown>>;
  readonly owner?: { readonly owner: string; readonly source: string };
  readonly consumers?: readonly string[];
}

const yaml = <T>(file: string): T => parse(readFileSync(join(fixtures, 'expected', file), 'utf8')) as T;

export interface Comparison {
  /** How many rows were looked at. */
  readonly checked: number;
  readonly missed: readonly string[];
}

type Check = (holds: boolean, subject: string, what: string) => void;

function comparison(file: string, work: (check: Check) => void): Comparison {
  let checked = 0;
  const missed: string[] = [];
  work((holds, subject, what) => {
    checked += 1;
    if (!holds) missed.push(`${file} | ${subject} | ${what}`);
  });
  return { checked, missed };
}

export const expectedTableFiles: readonly string[] = readdirSync(join(fixtures, 'expected/tables')).sort();
const expectedTables = (file: string) =>
  Object.entries(yaml<Record<string, ExpectedTable>>(`tables/${file}`));

export function compareTables(file: string, found: Found): Comparison {
  return comparison(file, (check) => {
    for (const [table, expected] of expectedTables(file)) compareTable(table, expected, found, check);
  });
}

function compareTable(table: string, expected: ExpectedTable, found: Found, check: Check): void {
  const link = found.links.get(table);
  if (link === undefined) {
    const told = found.diagnostics.some((one) => one.path === expected.path);
    check(
      expected.optional === true && (expected.path === null || told),
      table,
      'exists, or a diagnostic tells why not',
    );
    return;
  }
  const unread = expected.optional === true && link.builds.length === 0;
  if (!(expected.path_optional && link.path === null) && !unread)
    check(link.path === expected.path, table, `path ${expected.path}`);
  if (unread) return;
  check(link.kind === expected.kind, table, `kind ${expected.kind}`);
  const writes = [expected.write ?? []].flat();
  // Several statements are told as what they come to.
  const together =
    writes.includes('delete') && /^(delete_insert|partition_overwrite)$/.test(link.write ?? '');
  if (writes.length > 0)
    check(together || writes.includes(link.write ?? ''), table, `write ${writes.join(' or ')}`);
  compareUpstream(table, expected, found, check);
  compareGrain(table, expected, found, check);
  compareRest(table, expected, found, check);
}

function compareUpstream(table: string, expected: ExpectedTable, found: Found, check: Check): void {
  const read = storedUpstream(table, found);
  for (const other of expected.upstream)
    if (!expected.upstream_optional || read.has(other)) check(read.has(other), table, `upstream ${other}`);
  for (const other of read) check(expected.upstream.includes(other), table, `no upstream ${other}`);
}

/** What a table reads, through ephemeral models and temporary tables. */
function storedUpstream(table: string, found: Found): Set<string> {
  const read = new Set<string>();
  for (const other of found.links.get(table)?.upstream ?? []) {
    if (other === table) continue;
    if (isTemporary(other) || found.links.get(other)?.kind === 'ephemeral')
      for (const further of storedUpstream(other, found)) read.add(further);
    else read.add(other);
  }
  return read;
}

function valuesOf<F extends ClaimField>(
  found: Found,
  table: string,
  field: F,
  origin?: string,
): ClaimValue<F>[] {
  return (found.claims.get(table) ?? [])
    .filter((claim) => claim.field === field && (origin === undefined || claim.origin === origin))
    .map((claim) => claim.value as ClaimValue<F>);
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

function compareGrain(table: string, expected: ExpectedTable, found: Found, check: Check): void {
  const { status, time_grain, keys } = expected.grain;
  const merged = found.cards.get(table)?.grain?.value;
  // A key that may or may not be found, or that holds in each partition only, makes no status.
  const told = keys.some(
    (key) => (key.declared ?? key.derived) !== 'maybe' && (key.scope ?? 'table') === 'table',
  );
  if (status !== 'unique' || told)
    check((merged?.status ?? 'unknown') === status, table, `grain is ${status}`);
  if (time_grain !== undefined) check(merged?.time_grain === time_grain, table, `time grain ${time_grain}`);
  const declared = valuesOf(found, table, 'grain', 'declared').flatMap((grain) => grain.keys);
  const derived = valuesOf(found, table, 'grain', 'derived').flatMap((grain) => grain.keys);
  for (const key of keys) {
    const name = `(${key.columns.join(', ')})`;
    const scope = key.scope ?? 'table';
    if (key.declared !== undefined) {
      const basis = key.declared === 'config' ? 'config' : 'tested';
      const fits = declared.some(
        (one) =>
          sameSet(one.columns, key.columns) &&
          one.basis === basis &&
          one.scope === scope &&
          (key.nulls === undefined || one.nulls === key.nulls),
      );
      check(fits, table, `declared key ${name}`);
    }
    if (key.derived === 'proved' || key.derived === 'assumed') {
      const basis = key.derived === 'proved' ? ['proved'] : ['proved', 'assumed'];
      const fits = derived.some(
        (one) => sameSet(one.columns, key.columns) && basis.includes(one.basis) && one.scope === scope,
      );
      check(fits, table, `${key.derived} key ${name}`);
    }
  }
  for (const { columns, scope } of derived) {
    if (scope !== 'table') continue;
    const listed = keys.some((key) => key.columns.every((column) => columns.includes(column)));
    check(listed, table, `no derived key (${columns.join(', ')})`);
  }
}

function compareRest(table: string, expected: ExpectedTable, found: Found, check: Check): void {
  const joins = valuesOf(found, table, 'join');
  for (const join of expected.joins ?? []) {
    const same = joins.filter((one) => one.to === join.to && pairs(one) === pairs(join));
    const text = `join ${join.columns.join(', ')} → ${join.to} (${join.to_columns.join(', ')})`;
    check(same.length > 0, table, text);
    if (join.cardinality !== 'unknown' && same.length > 0) {
      check(
        same.some((one) => one.cardinality === join.cardinality),
        table,
        `${text} is ${join.cardinality}`,
      );
    }
  }
  const predicates = valuesOf(found, table, 'population').map(({ sql }) => plainSql(sql));
  for (const { sql } of expected.population ?? [])
    check(predicates.includes(plainSql(sql)), table, `population ${sql}`);
  for (const { sql } of expected.inherited ?? [])
    check(predicates.includes(plainSql(sql)), table, `inherited ${sql}`);
  const freshness = found.cards.get(table)?.freshness?.value as Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(expected.freshness ?? {})) {
    check(
      JSON.stringify(freshness?.[name]) === JSON.stringify(value),
      table,
      `freshness ${name} ${JSON.stringify(value)}`,
    );
  }
  if (expected.owner) {
    const { owner, source } = expected.owner;
    const owners = valuesOf(found, table, 'owner', 'declared');
    check(
      owners.some((one) => one.owner === owner && one.source === source),
      table,
      `owner ${owner} (${source})`,
    );
  }
  const consumers = (found.claims.get(table) ?? []).filter((claim) => claim.field === 'consumer');
  for (const name of expected.consumers ?? []) {
    check(
      consumers.some(({ evidence }) =>
        evidence.some((one) => one.kind === 'code' && (one.path === name || linesAt(one).includes(name))),
      ),
      table,
      `consumer ${name}`,
    );
  }
}

/** A consumer may be called by its label; its name stands in the lines cited. */
const linesAt = ({ path, lines }: CodeEvidence): string =>
  readFileSync(join(fixtures, 'monorepo', path), 'utf8').split('\n').slice(lines[0] - 1, lines[1]).join('\n'); // prettier-ignore

const pairs = (join: Pick<Join, 'columns' | 'to_columns'>): string =>
  join.columns.map((column, index) => `${column}=${join.to_columns[index] ?? ''}`).sort().join(); // prettier-ignore

/** SQL without what does not matter here: qualifiers, quotes, spaces, outer parentheses, case. */
function plainSql(sql: string): string {
  return sql
    .toLowerCase()
    .replace(/[`"]/g, '')
    .replace(/(?:[a-z_][\w-]*\.)+(?=[a-z_]\w*)/g, '')
    .replace(/\s+|\(\)|=\s*true\b/g, '')
    .replace(/^not(\w+?)in\(/, '$1notin(')
    .replace(/^not\((\w+?)like(.*)\)$/, '$1notlike$2')
    .replace(/^\((.*)\)$/, '$1');
}

export function compareColumns(found: Found): Comparison {
  type Row = { table: string; column: string; from: { table: string; column: string; kind: string }[] };
  const text = (from: Row['from']) => from.map((one) => `${one.table}.${one.column} ${one.kind}`).sort().join(', '); // prettier-ignore
  return comparison('columns.yml', (check) => {
    for (const { table, column, from } of yaml<Row[]>('columns.yml')) {
      const own = valuesOf(found, table, 'column_lineage').find((one) => one.column === column);
      const steps = own?.from.filter((one) => one.kind !== 'condition') ?? [];
      check(text(steps) === text(from), table, `${column} from ${text(from)}`);
    }
  });
}

export function compareDiagnostics(found: Found): Comparison {
  interface Expected {
    files: { path: string; severity: string[]; fault?: string }[];
    no_errors_elsewhere: boolean;
  }
  const { files, no_errors_elsewhere } = yaml<Expected>('diagnostics.yml');
  return comparison('diagnostics.yml', (check) => {
    for (const { path, severity, fault } of files) {
      const fits = (one: Diagnostic) => one.path === path && severity.includes(one.severity) && (fault === undefined || one.fault === fault); // prettier-ignore
      check(found.diagnostics.some(fits), path, `a diagnostic (${severity.join(' or ')})`);
    }
    if (!no_errors_elsewhere) return;
    const listed = new Set(files.map(({ path }) => path));
    for (const one of found.diagnostics) {
      if (one.severity === 'error' && !listed.has(one.path)) check(false, one.path, `no error: ${one.code}`);
    }
  });
}

export function compareAnnotations(found: Found): Comparison {
  type Row = { table: string; field: ClaimField; person: string; outcome: string };
  const file = 'annotations.yml';
  return comparison(file, (check) => {
    for (const { table, field, person, outcome } of yaml<Row[]>(file)) {
      const claim = (found.claims.get(table) ?? []).find(
        (one) =>
          one.field === field &&
          one.evidence.some((item) => item.kind === 'person' && item.person === person),
      );
      const card = found.cards.get(table);
      const what = `the ${field} of ${person} ${outcome}`;
      const is = (attribution: { claim: string } | undefined) =>
        claim !== undefined && attribution?.claim === claim.id;
      const shown = () => {
        const values =
          field === 'caveat'
            ? (card?.caveats ?? [])
            : [card?.[field as 'grain' | 'owner' | 'purpose' | 'description']];
        return values.some((value) => value && is(value.from));
      };
      if (outcome === 'holds') check(shown() && !card?.stale.some(is), table, what);
      else if (outcome === 'stale') check(card?.stale.some(is) === true, table, what);
      else if (outcome === 'conflict')
        check(shown() && card?.conflicts.some((one) => is(one.kept)) === true, table, what);
      else if (outcome === 'loses') check(claim !== undefined && !shown(), table, what);
      else {
        const told = found.diagnostics.some((one) => one.path.endsWith('annotations.yml') && one.severity === 'warning' && (outcome === 'invalid' || one.message.includes(table))); // prettier-ignore
        check(claim === undefined && told, table, `${what}, and a diagnostic says so`);
      }
    }
  });
}

export function compareQueries(found: Found): Comparison {
  interface Row {
    tiers: string[];
    example: string | null;
    tables: string[];
    joins?: [string, string][];
  }
  const file = 'queries.yml';
  return comparison(file, (check) => {
    for (const [shape, { tiers, example, tables, joins }] of Object.entries(
      yaml<Record<string, Row>>(file),
    )) {
      if (example === null) continue;
      const query = found.queries.get(fingerprintOf(shape, example));
      check(tiers.includes(query?.tier ?? 'exploratory'), shape, `tier ${tiers.join(' or ')}`);
      if (query) check(sameSet(query.tables, tables), shape, `tables ${tables.join(', ')}`);
      for (const [left, right] of joins ?? [])
        check(joinIsObserved(found, left, right), shape, `join ${left} = ${right}`);
    }
  });
}

function joinIsObserved(found: Found, left: string, right: string): boolean {
  const [from, to] = [left, right].map((name) => ({ table: name.slice(0, name.lastIndexOf('.')), column: name.slice(name.lastIndexOf('.') + 1) })); // prettier-ignore
  if (from === undefined || to === undefined) return false;
  return [[from, to] as const, [to, from] as const].some(([a, b]) =>
    valuesOf(found, a.table, 'join', 'observed').some(
      (one) =>
        one.to === b.table &&
        one.columns.some((column, index) => column === a.column && one.to_columns[index] === b.column),
    ),
  );
}

export function compareSimilar(found: Found): Comparison {
  type Row = { pair: [string, string]; tells_apart: string };
  return comparison('similar.yml', (check) => {
    for (const { pair, tells_apart } of yaml<Row[]>('similar.yml')) {
      const code = /`(.+?)`/.exec(tells_apart)?.[1];
      for (const [table, other] of [pair, pair.toReversed()] as [string, string][]) {
        const entry = found.cards.get(table)?.similar.find((one) => one.table === other);
        check(entry !== undefined && entry.differences.length > 0, table, `looks like ${other}`);
        if (entry === undefined || code === undefined) continue;
        check(
          entry.differences.some((one) => one.includes(code)),
          table,
          `differs from ${other} by ${code}`,
        );
      }
    }
  });
}
