/**
 * Opens every citation of a reading and keeps only the statements whose lines exist, were shown and hold what the statement names. That lines hold a word is not yet
 * support for what is said of it: the check keeps out invented names, values, predicates and lines, not wrong conclusions.
 */
import { citedLines, type CitedLine } from './cited-lines.ts';
import { doubted } from './confidence.ts';
import type { Citation, Statement, TableReading } from './output-contract.ts';
import type { Span } from './shown.ts';
import { holdsLiteral, holdsName, holdsPredicate, namedInSql, namedInText, type Named } from './named.ts';
import { namesUnit } from './names-unit.ts';

export interface CheckedAgainst {
  readonly table: string;
  /** Lines of a file at the commit, as the model sees them; null: there is no such file. */
  readonly linesOf: (path: string) => readonly string[] | null;
  /** Whether the model was shown all of these lines. */
  readonly shown: (span: Span) => boolean;
  /** The id of the table meant; null: the ledger knows none, or several. */
  readonly resolve: (name: string) => string | null;
  /** Columns of a table, when all of them are known; else null. */
  readonly columnsOf: (table: string) => readonly string[] | null;
}

export interface Rejection {
  /** Which statement: `columns 3 (status)`. */
  readonly at: string;
  /** Words for the model and for people; says nothing of what the lines hold. */
  readonly reason: string;
}

export interface CheckedReading {
  readonly accepted: TableReading;
  readonly rejections: readonly Rejection[];
}

/** A longer citation points at nothing. */
const maxCitedLines = 80;
const maxCitations = 20;

export function checkCitations(reading: TableReading, against: CheckedAgainst): CheckedReading {
  const rejections: Rejection[] = [];
  const checker = checks(against);

  function one<S extends Statement>(
    at: string,
    statement: S | null,
    check: (s: S, cited: string) => string | null,
    mayCiteAddressed = false,
  ) {
    if (statement === null) return null;
    const opened = checker.open(statement.evidence, mayCiteAddressed);
    const rejected = (reason: string) => (rejections.push({ at, reason }), null);
    if ('reason' in opened) return rejected(opened.reason);
    const reason = check(statement, opened.text);
    if (reason !== null) return rejected(reason);
    // Whoever wrote such lines wants something of their reader.
    return opened.toModels ? doubted(statement) : statement;
  }
  function each<S extends Statement>(
    field: string,
    statements: readonly S[],
    nameOf: (s: S) => string,
    check: (s: S, cited: string) => string | null,
  ): S[] {
    return statements.flatMap((statement, index) => {
      const name = nameOf(statement).slice(0, 60);
      const at = `${field} ${index + 1}${name === '' ? '' : ` (${name})`}`;
      // That a text tries to instruct its readers is worth a caveat, and nothing else.
      return one(at, statement, check, field === 'caveats') ?? [];
    });
  }

  const { own, words, prose, literal, otherTable, sqlNames, column } = checker;
  const accepted: TableReading = {
    purpose: one('purpose', reading.purpose, (s, cited) => words(s.text, cited)),
    grain: one('grain', reading.grain, (s, cited) => first([...s.key_columns.map((name) => own(name, cited)), words(s.phrase, cited)])), // prettier-ignore
    joins: each('joins', reading.joins, (s) => s.to, (s, cited) => checker.join(s, cited)), // prettier-ignore
    upstream: each('upstream', reading.upstream, (s) => s.table, (s, cited) => otherTable(s.table) ?? literal(lastPart(s.table), cited)), // prettier-ignore
    population: each('population', reading.population, (s) => s.sql, (s, cited) => s.sql.trim() === '' ? words(s.words, cited) : first([sqlNames(s.sql, cited), prose(s.words, cited)])), // prettier-ignore
    freshness: one('freshness', reading.freshness, (s, cited) => s.schedule === null ? words(s.words, cited) : first([literal(s.schedule, cited), prose(s.words, cited)])), // prettier-ignore
    owner: one('owner', reading.owner, (s, cited) => literal(s.owner, cited)),
    columns: each(
      'columns',
      reading.columns,
      (s) => s.column,
      (s, cited) => column(s, cited),
    ),
    similar: each('similar', reading.similar, (s) => s.table, (s, cited) => first([otherTable(s.table), ...[...s.differences, s.rule].map((text) => prose(text, cited, s.table))])), // prettier-ignore
    caveats: each('caveats', reading.caveats, () => '', (s, cited) => words(s.text, cited)), // prettier-ignore
    unknown: reading.unknown,
  };
  return { accepted, rejections };
}

/** A predicate that is a column alone also stands in select lists, where it leaves out nothing. */
const isFlag = (sql: string): boolean => /^\s*(?:not\s+)?[\w.`"]+\s*$/i.test(sql);
const leavesOut = /\b(?:where|and|or|on|having|qualify|filter|query|loc)\b/i;

/** The rules. Each gives the reason for which a statement fails, or null. */
function checks(against: CheckedAgainst) {
  const { table, resolve, columnsOf } = against;
  const hasColumn = (of: string, name: string): boolean | null =>
    columnsOf(of)?.some((column) => same(column, name)) ?? null;

  function open(
    evidence: readonly Citation[],
    mayCiteAddressed: boolean,
  ): { text: string; toModels: boolean } | { reason: string } {
    if (evidence.length === 0) return { reason: 'it cites no lines' };
    if (evidence.length > maxCitations) return { reason: `it cites more than ${maxCitations} places` };
    const cited: CitedLine[] = [];
    for (const { path, from, to } of evidence) {
      const lines = against.linesOf(path);
      if (lines === null) return { reason: `there is no file ${path} at this commit` };
      if (from < 1 || to < from || to > lines.length)
        return { reason: `${path} has no lines ${from} to ${to}: it has ${lines.length}` };
      if (to - from + 1 > maxCitedLines)
        return { reason: `lines ${from} to ${to} of ${path} are too many: cite at most ${maxCitedLines}` };
      if (!against.shown({ path, from, to }))
        return { reason: `you were not shown all of lines ${from} to ${to} of ${path}: read them first` };
      cited.push(...citedLines(lines, { from, to }));
    }
    const toModels = cited.some(({ addressed }) => addressed);
    const parts = cited.filter(({ addressed }) => mayCiteAddressed || !addressed).map(({ text }) => text);
    if (parts.length === 0)
      return { reason: 'the cited lines address their reader and say nothing of the table' };
    const text = parts.join('\n');
    return /[\p{L}\p{N}]/u.test(text) ? { text, toModels } : { reason: 'the cited lines are empty' };
  }

  /** A column of this table: known, where all are known, and in the lines. */
  function own(name: string, cited: string): string | null {
    if (hasColumn(table, name) === false) return `${table} has no column ${name}`;
    return holdsName(cited, name) ? null : `the cited lines do not hold the column ${name}`;
  }

  const literal = (value: string, cited: string): string | null =>
    holdsLiteral(cited, value) ? null : `the cited lines do not hold ${JSON.stringify(value)}`;

  /** A meaning, its values, what they are measured in, and what NULL stands for. Prose about values is held to what it names, like all prose. */
  function column(s: TableReading['columns'][number], cited: string): string | null {
    const said = [...s.values, ...s.sentinels].map(({ meaning }) => meaning);
    const measured = [s.unit, s.currency, s.time_zone].filter((unit) => unit !== null);
    return first([
      own(s.column, cited),
      ...[...s.values, ...s.sentinels].map(({ value }) => literal(value, cited)),
      ...measured.map((unit) => (namesUnit(cited, unit) ? null : `the cited lines do not name ${JSON.stringify(unit)}`)),
      ...[s.meaning, ...said, s.null_meaning].flatMap((text) => (text === null ? [] : [words(text, cited)])),
    ]); // prettier-ignore
  }

  function otherTable(name: string): string | null {
    const id = resolve(name);
    if (id === null) return `no table ${name} is known`;
    return id === table ? `${name} is the table itself` : null;
  }

  function join(s: TableReading['joins'][number], cited: string): string | null {
    const to = resolve(s.to);
    if (to === null) return `no table ${s.to} is known`;
    if (s.columns.length === 0 || s.columns.length !== s.to_columns.length)
      return 'it does not pair columns of both tables';
    const theirs = s.to_columns.map((name) =>
      hasColumn(to, name) === false
        ? `${to} has no column ${name}`
        : holdsName(cited, name)
          ? null
          : `the cited lines do not hold the column ${name}`,
    );
    return first([...s.columns.map((name) => own(name, cited)), ...theirs, literal(lastPart(s.to), cited)]);
  }

  function sqlNames(sql: string, cited: string): string | null {
    const { literals, identifiers } = namedInSql(sql);
    if (identifiers.length === 0) return 'the predicate names no column';
    const missing = held({ literals, identifiers }, cited, () => false);
    if (missing !== null) return missing;
    if (!holdsPredicate(cited, sql))
      return 'the cited lines name the same columns, but do not hold this predicate: give it as the code has it';
    return isFlag(sql) && !leavesOut.test(cited)
      ? 'the cited lines name this column, but leave out no rows by it: cite the condition that does'
      : null;
  }

  /** Names in prose must be in the lines or in the ledger, as a table or a column of this or the `other` one; values must be in the lines. */
  function prose(text: string, cited: string, other: string = table): string | null {
    const tables = [table, resolve(other) ?? table];
    const known = (name: string) =>
      tables.some((of) => hasColumn(of, name) === true) || resolve(name) !== null;
    return held(namedInText(text), cited, known);
  }

  /** The same of prose that is the statement. */
  const words = (text: string, cited: string): string | null =>
    text.trim() === '' ? 'it says nothing' : prose(text, cited);

  function held({ literals, identifiers }: Named, cited: string, known: (name: string) => boolean) {
    const name = identifiers.find((each) => !holdsName(cited, each) && !known(each));
    if (name !== undefined) return `the cited lines do not hold ${name}`;
    return first(literals.map((value) => literal(value, cited)));
  }

  return { open, own, literal, otherTable, join, sqlNames, words, prose, column };
}

const first = (reasons: readonly (string | null)[]): string | null =>
  reasons.find((reason) => reason !== null) ?? null;
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const lastPart = (name: string): string => name.split('.').at(-1) ?? name;

/** Every table that a reading names besides its own: what a check needs to know of. */
export const tablesNamed = (reading: TableReading): string[] => [
  ...new Set([
    ...reading.joins.map(({ to }) => to),
    ...reading.upstream.map(({ table }) => table),
    ...reading.similar.map(({ table }) => table),
  ]),
];

export const pathsCited = (reading: TableReading): string[] => {
  const single = [reading.purpose, reading.grain, reading.freshness, reading.owner].filter((s) => s !== null);
  const listed = [reading.joins, reading.upstream, reading.population, reading.columns, reading.similar, reading.caveats].flat(); // prettier-ignore
  return [...new Set([...single, ...listed].flatMap(({ evidence }) => evidence.map(({ path }) => path)))];
};
