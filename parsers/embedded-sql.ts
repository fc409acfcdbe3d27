import { own } from '../schema/contracts/own.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import type { Build, Declaration, StatementCounts, Use } from '../schema/contracts/facts.ts';
import type { NameRef } from '../schema/contracts/names.ts';
import type { ProjectItem, Relation } from '../schema/contracts/relation.ts';
import { hasHole, holeIdentifier, holesToIdentifiers, identifiersToReadable } from './runtime-text.ts';
import { readSql, type SqlStatement } from './sql/index.ts';
import { buildsAndUses } from './sql/read-file.ts';

/** SQL that stands inside other code, read with its run-time parts (holes) as parameters. */
export interface EmbeddedSql {
  /** What the text writes and reads as a script. A bare query is a use. */
  readonly builds: readonly Build[];
  readonly uses: readonly Use[];
  readonly declarations: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
  readonly statements: StatementCounts;
  /** The rows of the last bare query, and what they are read from; absent when the text holds none. */
  readonly query?: { readonly relation?: Relation; readonly reads: readonly NameRef[] };
}

export interface EmbeddedOptions {
  readonly dialect: Dialect;
  readonly path: string;
  /** Line of the file for a line of the text. */
  readonly lineMap: (line: number) => number;
}

// Each branch begins with its own character and cannot end in two ways: a text that is not SQL is refused in linear time.
const firstWords =
  /^(?:[\s(]|--[^\n]*\n|#[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(select|with|insert|merge|update|delete|create|replace|truncate|drop|alter|copy|unload|export|declare|begin|refresh|call|set|assert|grant|vacuum|optimize)\b/i;
/** What must follow, one after the other: several are searched for one by one, since one pattern of them all would try each with each. */
const secondWords: Readonly<Record<string, RegExp | readonly RegExp[]>> = {
  select: [/\bselect\b/gi, /\bfrom\b|\d|\(/gi],
  with: /\bwith\b\s+(recursive\s+)?[\w"`\uE000-\uE001.]+\s*(\([^)]*\)\s*)?as\s*(not\s+materialized\s*|materialized\s*)?\(/i,
  insert: /\binsert\s+(into|overwrite|ignore\s+into)\b/i,
  merge: [/\bmerge\s+(into\s+)?\S/gi, /\busing\b/gi],
  update: [/\bupdate\s(?:(?!\bupdate\s)[^;])*?\bset\b/gi, /=/g],
  delete: /\bdelete\s+from\b|\bdelete\s+\S+\s+where\b/i,
  create:
    /\bcreate\s+(or\s+replace\s+)?((temp|temporary|transient|external|materialized|unlogged|snapshot|live|streaming|global)\s+)*(table|view|function|schema|database|procedure|index|model|stage|pipe|task)\b/i,
  replace: /\breplace\s+into\b/i,
  truncate: /\btruncate\s+(table\s+)?[\w"`.\uE000\uE001-]+\s*(?:;\s*)?$/i,
  drop: /\bdrop\s+(table|view|schema|materialized|index|function|database)\b/i,
  alter: /\balter\s+(table|view|schema|session|materialized)\b/i,
  copy: [/\bcopy\s+(into\s+)?\S/gi, /\b(from|to)\b/gi],
  unload: /\bunload\s*\(/i,
  export: /\bexport\s+data\b/i,
  declare: [/\bdeclare\s+\w/gi, /;/g],
  begin: [/\bbegin\b/gi, /;/g, /\b(end|commit)\b/gi],
  refresh: /\brefresh\s+materialized\s+view\b/i,
  call: /\bcall\s+[\w.`"]+\s*\(/i,
  set: [/^\s*set\s+\w+\s*=/gi, /;/g, /\b(select|insert|merge|create)\b/gi],
  assert: [/\bassert\b/gi, /\bselect\b/gi],
  grant: [/\bgrant\b/gi, /\bon\b/gi, /\bto\b/gi],
  vacuum: /\bvacuum\s+[\w.]+\s*(?:;\s*)?$/i,
  optimize: /\boptimize\s+(table\s+)?[\w.`]+/i,
};

/** Whether a text of other code is SQL: it begins as a statement does and goes on as that statement must. */
export function looksLikeSql(text: string): boolean {
  if (text.length < 8 || text.length > 1_000_000) return false;
  const word = firstWords.exec(text)?.[1]?.toLowerCase();
  const parts = own(secondWords, word ?? '');
  return parts !== undefined && holdsInOrder(text, [parts].flat());
}

/** Whether each (of several: with the flag `g`) matches behind the one before. */
function holdsInOrder(text: string, parts: readonly RegExp[]): boolean {
  let from = 0;
  return parts.every((part) => {
    part.lastIndex = from;
    if (!part.test(text)) return false;
    from = part.lastIndex;
    part.lastIndex = 0;
    return true;
  });
}

/** As `looksLikeSql`, for text that nobody is seen to run: prose such as "Select a colour from the list" must not pass. */
export function isSurelySql(text: string): boolean {
  if (!looksLikeSql(text)) return false;
  return /^\s*(--[^\n]*\n\s*)*[A-Z]{4,}\b/.test(text)
    ? holdsInOrder(text, [/[A-Z]{4}/g, /\b(FROM|INTO|TABLE|VIEW|SET|USING|AS)\b/g])
    : /[*=(`;\uE000]|\w\.\w+\.\w|\n[^\S\n]*(from|where|join|group|set)\b/i.test(text);
}

export function readEmbeddedSql(text: string, options: EmbeddedOptions): EmbeddedSql {
  const read = statementsOf(text, options);
  const statements = hasHole(text) ? restored(read) : read;
  const { builds, uses } = buildsAndUses(statements);
  const count = (status: SqlStatement['status']): number =>
    statements.filter((statement) => statement.status === status).length;
  const last = statements.findLast((statement) => statement.kind === 'query');
  return {
    builds: builds
      .filter((build) => !isUnknown(build.target))
      .map((build) => ({ ...build, reads: knownNames(build.reads) })),
    uses: uses.map((use) => ({ ...use, reads: knownNames(use.reads) })),
    declarations: statements.flatMap((statement) => statement.declarations),
    diagnostics: statements.flatMap((statement) => statement.diagnostics),
    statements: {
      total: statements.length,
      parsed: count('parsed'),
      opaque: count('opaque'),
      failed: count('failed'),
    },
    ...(last === undefined
      ? {}
      : {
          query: {
            reads: knownNames(last.reads),
            ...(last.relation === undefined ? {} : { relation: last.relation }),
          },
        }),
  };
}

/** The items of `SELECT <text>`; null when it is no list of expressions. */
export function readExpressions(text: string, options: EmbeddedOptions): readonly ProjectItem[] | null {
  const [statement] = restored(readSql(`SELECT ${holesToIdentifiers(text)} FROM t`, options));
  const relation = statement?.relation;
  if (relation === undefined) return null;
  return relation.op === 'project' || relation.op === 'aggregate' ? relation.items : null;
}

/** With each hole as an identifier; where that does not parse, holes that fill a line of their own are left out: they stand for whole clauses. */
function statementsOf(text: string, options: EmbeddedOptions): SqlStatement[] {
  const first = readSql(holesToIdentifiers(text), options);
  if (!hasHole(text) || first.every((statement) => statement.status === 'parsed')) return first;
  const reduced = text.replace(/^[ \t]*\uE000[^\uE001\n]*\uE001[ \t]*(?:,[ \t]*)?$/gm, '');
  const second = reduced === text ? first : readSql(holesToIdentifiers(reduced), options);
  const parsed = (list: readonly SqlStatement[]): number => list.filter((s) => s.status === 'parsed').length;
  return parsed(second) > parsed(first) ? second : first;
}

/** A name whose last part is known only at run time names no table that could be found. */
const isUnknown = (name: NameRef): boolean =>
  /^(\{[^}]*\}|[_.])*$/.test(name.parts[name.parts.length - 1] ?? '');

const knownNames = (names: readonly NameRef[]): NameRef[] => names.filter((name) => !isUnknown(name));

/** Identifiers that stood for holes: parameters where they are values, `{name}` inside names. */
function restored<T>(value: T): T {
  return restore(value) as T;
}

function restore(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('tlhole_') ? identifiersToReadable(value) : value;
  if (Array.isArray(value)) return value.map(restore);
  if (typeof value !== 'object' || value === null) return value;
  const node = value as {
    ex?: string;
    op?: string;
    name?: unknown;
    value?: unknown;
    table?: NameRef;
    line?: number;
  };
  if (node.ex === 'column' && typeof node.name === 'string' && !('qualifier' in node)) {
    const name = holeIdentifier(node.name);
    if (name !== undefined) return { ex: 'parameter', name };
  }
  if (node.ex === 'literal' && typeof node.value === 'string') {
    const name = holeIdentifier(node.value);
    if (name !== undefined) return { ex: 'parameter', name };
  }
  const out = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, restore(part)]));
  const table = out['table'] as NameRef | undefined;
  if (node.op === 'scan' && table !== undefined && isUnknown(table)) {
    return {
      op: 'opaque',
      reads: [],
      reason: 'the table is named at run time',
      ...(node.line === undefined ? {} : { line: node.line }),
    };
  }
  return out;
}
