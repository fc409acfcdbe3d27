/**
 * A case is a `.sql` file: directives in leading comments, then the query (and, after `-- incremental`, the query of later runs).
 *
 *   -- dialect: snowflake                     (default)
 *   -- upstream: t(a, b date, c, ...) key(a) unique(b) assumed(c) notnull(b) values(c: x y) where(b > 1)
 *        `...`: there are other columns; `key`: tested and never NULL; `unique`: tested, may be NULL
 *   -- write: merge(id) [in part]             how the query fills `built` (default: replace); `in part`: rows are matched in a part of it
 *   -- first: a, b                            the best key
 *   -- key: a, b [table|partition] [proved|assumed] [none|allowed|unknown]   one of the keys, in any order of columns
 *   -- rests: <words>                         of something that the first key rests on
 *   -- not-key: a                             no key of the table is within these columns
 *   -- likely: a, b                           a key, if joins and unions do what they are mostly written for
 *   -- not-likely: a
 *   -- no-key                                 no key at all
 *   -- single-row                             the empty key
 *   -- status: unique | duplicates_possible | unknown
 *   -- lineage: x <- t.a copy, t.b expression   all origins of a column
 *   -- columns: a, b, c, ...                 `...`: there may be others
 *   -- values: a x y                           all values of a column; `a unknown` where none are told
 *   -- nullable: a no                         `no`: never NULL; `unknown`
 *   -- population: <sql> | none
 *   -- inherited: <number of conditions that tables further down take over>
 *   -- words: <words of some population>
 *   -- join: t.a = u.b n:1
 *   -- phrase: one row per …
 *   -- time-grain: day
 *   -- window: partition
 */
import assert from 'node:assert/strict';
import { deriveTable } from '../../../inference/derive/derive.ts';
import type { DeriveInput, DerivedTable } from '../../../inference/derive/derive.ts';
import { withDeclared } from '../../../inference/derive/interface.ts';
import type { TableInterface } from '../../../inference/derive/interface.ts';
import { readSql } from '../../../parsers/sql/index.ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Build, WriteMode } from '../../../schema/contracts/facts.ts';
import type { Expression, Relation } from '../../../schema/contracts/relation.ts';

export interface Directive {
  readonly name: string;
  readonly text: string;
}

export function runCase(text: string): void {
  const directives = directivesOf(text);
  const derived = deriveCase(text, directives);
  let checks = 0;
  for (const { name, text: expected } of directives) if (check(name, expected, derived)) checks++;
  assert.ok(checks > 0, 'a case expects something');
}

export function directivesOf(text: string): Directive[] {
  return [...text.matchAll(/^-- ([a-z-]+)(?:: *(.*?))? *$/gm)].map((match) => ({
    name: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

const deriveCase = (text: string, directives: readonly Directive[]): DerivedTable =>
  deriveTable(caseInput(text, directives));

/** What the case is about, as the derivation reads it. */
export function caseInput(text: string, directives: readonly Directive[] = directivesOf(text)): DeriveInput {
  const dialect = (directives.find(({ name }) => name === 'dialect')?.text ?? 'snowflake') as Dialect;
  const upstream = new Map(
    directives.filter(({ name }) => name === 'upstream').map(({ text: line }) => upstreamOf(line, dialect)),
  );
  return {
    table: 'built',
    path: 'case.sql',
    builds: buildsOf(text, dialect, directives.find(({ name }) => name === 'write')?.text ?? 'replace'),
    resolve: (ref) => ref.parts.join('.').toLowerCase(),
    upstream: (table) => upstream.get(table) ?? null,
  };
}

function buildsOf(text: string, dialect: Dialect, write: string): Build[] {
  const [first = '', later] = text.split(/^-- incremental *$/m);
  const statements = readSql(first, { dialect });
  const builds = statements.flatMap((statement) => statement.build ?? []);
  if (builds.length > 0) return builds;
  const [mode = '', columns, part = ''] = write.split(/[()]/);
  const relation = statements[0]?.relation;
  const incremental = later === undefined ? undefined : readSql(later, { dialect })[0]?.relation;
  assert.ok(relation, 'the case holds a query');
  const names = listOf(columns ?? '');
  return [
    {
      target: { parts: ['built'] },
      kind: 'table',
      write: mode as WriteMode,
      lines: [1, 1],
      reads: [],
      relation,
      ...(incremental ? { incremental } : {}),
      ...(mode === 'partition_overwrite'
        ? { partitionBy: names }
        : names.length > 0
          ? { uniqueKey: names }
          : {}),
      ...(part.trim() === 'in part' ? { matchesPart: true } : {}),
    },
  ];
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function upstreamOf(line: string, dialect: Dialect): [string, TableInterface] {
  const [, table = '', inside = '', rest = ''] = /^([\w.]+)\((.*?)\)(.*)$/.exec(line) ?? [];
  const columns = listOf(inside).filter((name) => name !== '...');
  const options = [...rest.matchAll(/(\w+)\(([^()]*)\)/g)].map(([, kind = '', text = '']) => ({
    kind,
    text,
  }));
  const of = (kind: string): string[][] =>
    options.filter((option) => option.kind === kind).map((option) => listOf(option.text));
  const values = new Map(
    options
      .filter((option) => option.kind === 'values')
      .map(({ text }) => {
        const [name = '', list = ''] = text.split(':');
        return [
          name.trim(),
          list
            .trim()
            .split(/\s+/)
            .map((value) => `text:${value}`),
        ] as const;
      }),
  );
  const keyed = [...of('key'), ...of('unique')].map((names) => ({ names, basis: 'tested' as const }));
  const assumed = of('assumed').map((names) => ({ names, basis: 'assumed' as const }));
  const base: TableInterface = {
    columns: columns.map((column) => {
      const [name = '', type = null] = column.split(/\s+/);
      return { name, type, nullable: null, values: values.get(name) ?? null };
    }),
    complete: !inside.includes('...'),
    keys: [],
    determines: [],
    population: options
      .filter((option) => option.kind === 'where')
      .map(({ text }) => ({ predicate: conditionOf(text, dialect), sql: text, words: text })),
  };
  const declared = withDeclared(base, {
    testedKeys: [...keyed, ...assumed].map(({ names, basis }) => ({
      columns: names,
      because: `${table} is unique on ${names.join(', ')}`,
      by: 'test',
      basis,
    })),
    notNull: [...of('key').flat(), ...of('notnull').flat()],
  });
  return [table, declared];
}

function conditionOf(text: string, dialect: Dialect): Expression {
  const relation: Relation | undefined = readSql(`select 1 from t where ${text}`, { dialect })[0]?.relation;
  assert.ok(relation?.op === 'project' && relation.input.op === 'filter');
  return relation.input.predicate;
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.some((other) => other.toLowerCase() === name.toLowerCase()));

/** Whether the directive expected anything. */
function check(name: string, expected: string, derived: DerivedTable): boolean {
  const { grain } = derived;
  const keys = grain.keys;
  const shown = JSON.stringify({ grain, keys: derived.interface.keys }, null, 1);
  switch (name) {
    case 'first':
      assert.ok(keys[0] && sameSet(keys[0].columns, listOf(expected)), `first key ${expected}\n${shown}`);
      return true;
    case 'key': {
      const [, columns = '', words = ''] = /^([\w\s,."]*?)((?:\s*\[\w+\])*)$/.exec(expected) ?? [];
      const wanted = [...words.matchAll(/\w+/g)].map(([word]) => word);
      const found = keys.find((key) => sameSet(key.columns, listOf(columns)));
      assert.ok(found, `key ${columns}\n${shown}`);
      const scope = wanted.find((word) => ['table', 'partition'].includes(word)) ?? 'table';
      assert.equal(found.scope, scope, `scope of ${columns}`);
      for (const word of wanted.filter((each) => each !== scope))
        assert.ok([found.basis, found.nulls].includes(word as never), `${columns} is ${word}\n${shown}`);
      return true;
    }
    case 'rests':
      assert.ok(
        keys[0]?.rests_on.some((rest) => rest.includes(expected)),
        shown,
      );
      return true;
    case 'not-key': {
      const within = derived.interface.keys.find((key) =>
        key.columns.every((column) => listOf(expected).includes(column)),
      );
      assert.equal(within, undefined, `no key within ${expected}\n${shown}`);
      return true;
    }
    case 'likely': {
      const found = (derived.interface.likely ?? []).map((key) => key.columns.join(', ').toLowerCase());
      assert.ok(found.includes(expected.toLowerCase()), `${expected} is not among the likely keys ${JSON.stringify(found)}`); // prettier-ignore
      return true;
    }
    case 'not-likely':
      assert.equal(derived.interface.likely?.some((key) => key.columns.join(', ') === expected) ?? false, false); // prettier-ignore
      return true;
    case 'no-key':
      assert.deepEqual(keys, []);
      return true;
    case 'single-row':
      assert.deepEqual(keys[0]?.columns, [], shown);
      return true;
    case 'status':
      assert.equal(grain.status, expected, shown);
      return true;
    case 'phrase':
      assert.equal(grain.phrase, expected);
      return true;
    case 'time-grain':
      assert.equal(grain.time_grain ?? 'none', expected);
      return true;
    case 'columns':
      assert.deepEqual(
        derived.columns.map((column) => column.name),
        listOf(expected).filter((name) => name !== '...'),
      );
      if (expected.endsWith('...')) assert.equal(derived.complete, false, 'there may be other columns');
      return true;
    case 'values': {
      const [name = '', ...values] = expected.split(' ');
      const literals = derived.columns.find((column) => column.name === name)?.values ?? null;
      const told = literals?.map((literal) => literal.slice(literal.indexOf(':') + 1)) ?? ['unknown'];
      assert.deepEqual(told, values, `values of ${name}`);
      return true;
    }
    case 'nullable': {
      const [column, answer] = expected.split(/\s+/);
      const found = derived.columns.find((each) => each.name === column);
      assert.equal(found?.nullable === false ? 'no' : 'unknown', answer, `nullable ${expected}`);
      return true;
    }
    case 'lineage': {
      const [column = '', origins = ''] = expected.split(/\s*<-\s*/);
      const found = derived.lineage.find((each) => each.column.toLowerCase() === column.toLowerCase());
      const texts = (found?.from ?? []).map((origin) => `${origin.table}.${origin.column} ${origin.kind}`);
      assert.deepEqual(texts.sort(), listOf(origins).sort(), `lineage of ${column}`);
      return true;
    }
    case 'population':
      if (expected === 'none')
        assert.deepEqual(
          derived.population.map((fact) => fact.sql),
          [],
        );
      else
        assert.ok(
          derived.population.some((fact) => fact.sql === expected),
          `${expected}\n${JSON.stringify(derived.population.map((fact) => fact.sql))}`,
        );
      return true;
    case 'inherited':
      assert.equal(derived.interface.population.length, Number(expected));
      return true;
    case 'words':
      assert.ok(
        derived.population.some((fact) => fact.words === expected),
        `${expected}\n${JSON.stringify(derived.population.map((fact) => fact.words))}`,
      );
      return true;
    case 'join': {
      const [, left = '', right = '', kind = ''] = /^(\S+) = (\S+) (\S+)$/.exec(expected) ?? [];
      const texts = derived.joins.map((join) =>
        [join.left, join.right].map((side) => `${side.table}.${side.columns.join('+')}`),
      );
      const index = texts.findIndex(([a, b]) => a === left && b === right);
      assert.ok(index >= 0, `join ${expected}\n${JSON.stringify(texts)}`);
      assert.equal(derived.joins[index]?.cardinality, kind);
      return true;
    }
    case 'window':
      assert.equal(derived.window.kind, expected);
      return true;
    case 'upstream':
    case 'dialect':
    case 'write':
    case 'incremental':
      return false;
    default:
      throw new Error(`no such directive: ${name}`);
  }
}
