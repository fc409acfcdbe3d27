/** What may be relied on without proof: keys and columns that tests hold against the data, and conventions that a person accepted. */
import picomatch from 'picomatch';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { DeclaredKey, FileFacts } from '../../schema/contracts/facts.ts';
import type { TestedKey } from '../../schema/contracts/stages.ts';
import type { TableFacts } from './table-facts.ts';

/** Databases that refuse rows which break a key; elsewhere a constraint is a wish. */
const enforcing: ReadonlySet<Dialect> = new Set(['postgres', 'mysql', 'duckdb']);

/** Whether a key that a file declares holds for all rows: tested or enforced, always, strictly, and not known to fail. */
export const isAxiom = (key: DeclaredKey, { dialect }: Pick<FileFacts, 'dialect'>): boolean =>
  (key.by === 'test' || (key.by === 'constraint' && enforcing.has(dialect))) &&
  !key.conditional &&
  !key.threshold &&
  (key.lastRun === undefined || key.lastRun === 'pass');

/** Smallest first; each set of columns once. */
export function testedKeys(facts: TableFacts, conventions: RepoConfig['conventions']): TestedKey[] {
  const found = new Map<string, TestedKey>();
  for (const { file, declaration } of facts.declarations) {
    if (declaration.declares !== 'key' || !isAxiom(declaration, file.facts)) continue;
    const columns = declaration.columns.map((column) => column.toLowerCase()).sort();
    const path = declaration.path ?? file.facts.path;
    const by = declaration.by === 'test' ? 'test' : 'constraint';
    const because = `${declaration.test} ${by} of ${facts.table} (${path}:${declaration.lines[0]})`;
    if (!found.has(columns.join(',')))
      found.set(columns.join(','), { columns, because, by, basis: 'tested' });
  }
  for (const rule of conventions) {
    if (!picomatch.isMatch(facts.table, rule.tables)) continue;
    const columns = rule.key.map((column) => column.toLowerCase()).sort();
    const because = `convention: ${rule.tables} is keyed by ${rule.key.join(', ')}`;
    if (!found.has(columns.join(',')))
      found.set(columns.join(','), { columns, because, by: 'convention', basis: 'tested' });
  }
  return [...found.values()].sort(
    (a, b) => a.columns.length - b.columns.length || (a.columns.join() < b.columns.join() ? -1 : 1),
  );
}

/** Lower-case names of columns with an unconditional not-null test, sorted. */
export function notNullColumns(facts: TableFacts): string[] {
  const columns = new Set<string>();
  for (const { declaration } of facts.declarations) {
    if (declaration.declares === 'not_null' && !declaration.conditional) {
      for (const column of declaration.columns) columns.add(column.toLowerCase());
    }
  }
  return [...columns].sort();
}
