/** What is declared and not lived up to: tests that are switched off, sources that nobody reads, tables that are read and declared nowhere. */
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import type { Finding } from './finding.ts';

export interface DeclaredTable {
  readonly table: string;
  readonly link: Pick<LinkOutput, 'builds' | 'disabledTests' | 'declaredAt' | 'kind'>;
  /** Tables that read it, with the file that builds each. */
  readonly readers: readonly { readonly table: string; readonly path: string | null }[];
  /** Read by something that builds no table: an exposure, an application, an analysis. */
  readonly used: boolean;
}

export function declaredFindings(tables: readonly DeclaredTable[]): Finding[] {
  const declares = declaringFolders(tables);
  return tables.flatMap((one) => [
    ...disabledTests(one),
    ...unusedSource(one),
    ...undeclaredSource(one, declares),
  ]);
}

const named = 3;

/** One for a table, since a folder's tests are mostly switched off together. */
function disabledTests({ table, link }: DeclaredTable): Finding[] {
  const off = link.disabledTests ?? [];
  const [first] = off;
  if (first === undefined) return [];
  const words = off.slice(0, named).map((test) => test.words).join(', '); // prettier-ignore
  const more = off.length > named ? ` and ${off.length - named} more` : '';
  return [
    {
      kind: 'test_disabled',
      table,
      severity: 'low',
      confidence: 0.95,
      at: { path: first.path, line: first.line },
      what: `${off.length === 1 ? 'A test is' : `${off.length} tests are`} switched off: ${words}${more}`,
      todo: 'Switch them on, or take them out',
    },
  ];
}

function unusedSource({ table, link, readers, used }: DeclaredTable): Finding[] {
  if (link.declaredAt === undefined || readers.length > 0 || used) return [];
  const { path, line } = link.declaredAt;
  return [
    {
      kind: 'source_unused',
      table,
      severity: 'low',
      confidence: 0.8,
      at: { path, line },
      what: `${table} is declared, and nothing in this repository reads it`,
      todo: 'Take it out, or name who uses it as an exposure',
    },
  ];
}

/** The share of a project's external tables that must be declared before the others are missed. */
const declaredShare = 0.5;

function undeclaredSource({ table, link, readers }: DeclaredTable, declares: ReadonlySet<string>): Finding[] {
  const [reader] = readers.filter(({ path }) => path !== null && declares.has(folderOf(path)));
  if (link.builds.length > 0 || link.declaredAt !== undefined || link.kind === 'temporary') return [];
  if (reader === undefined) return [];
  return [
    {
      kind: 'source_undeclared',
      table,
      severity: 'low',
      confidence: 0.7,
      at: { path: reader.path ?? '', line: 1 },
      what: `${table} is read by ${reader.table}, nothing here builds it, and no source declares it`,
      todo: 'Declare it as a source with its key, or mend the name',
    },
  ];
}

/** Folders (two levels) whose code declares most of the tables from outside that it reads. */
function declaringFolders(tables: readonly DeclaredTable[]): Set<string> {
  const counts = new Map<string, { declared: number; all: number }>();
  for (const { link, readers } of tables) {
    if (link.builds.length > 0 || link.kind === 'temporary') continue;
    const folders = new Set(readers.flatMap(({ path }) => (path === null ? [] : [folderOf(path)])));
    for (const folder of folders) {
      const count = counts.get(folder) ?? { declared: 0, all: 0 };
      count.all += 1;
      if (link.declaredAt !== undefined) count.declared += 1;
      counts.set(folder, count);
    }
  }
  return new Set(
    [...counts].filter(([, { declared, all }]) => declared / all >= declaredShare).map(([folder]) => folder),
  );
}

const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');
