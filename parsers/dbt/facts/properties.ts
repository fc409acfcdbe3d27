/** What properties files declare, as declarations and uses. */
import { own } from '../../../schema/contracts/own.ts';
import type { Declaration, DeclaredColumn, DeclaredKey, Lines } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Findings } from '../../reader.ts';
import { sourceRelation } from '../naming.ts';
import { staleWords } from '../run-artifacts.ts';
import type { DbtProject } from '../project.ts';
import type {
  Config,
  ConstraintProperties,
  DbtNode,
  DbtProperties,
  SourceProperties,
  TableProperties,
  TestProperties,
} from '../types.ts';
import { nameOf, nodeName, referenceOf, unquoted } from './names.ts';
import { withFolderConfig } from './test-config.ts';
import { bareName, failedWords, testRunOf } from './test-runs.ts';

/** Notes what the answers rest on. */
export type Ask = (key: string) => void;

export function addProperties(
  project: DbtProject,
  properties: DbtProperties,
  nodesOf: (table: TableProperties) => readonly DbtNode[],
  ask: Ask,
  out: Findings,
): void {
  out.diagnostics.push(...properties.diagnostics);
  for (const table of properties.tables) {
    for (const node of nodesOf(table)) {
      ask(`relation:${node.uniqueId}`);
      addTable(project, table, { name: nodeName(project, node), uniqueId: node.uniqueId }, ask, out);
    }
  }
  for (const source of properties.sources) addSource(project, source, ask, out);
  for (const exposure of properties.exposures) {
    const found = exposure.dependsOn.flatMap((text) => referenceOf(project, text) ?? []);
    for (const { key } of found) ask(key);
    if (found.length === 0) continue;
    const name = exposure.label ?? exposure.name;
    out.uses.push({
      kind: 'exposure',
      name,
      lines: [exposure.line, exposure.endLine],
      reads: found.map((one) => one.name),
      ...(exposure.owner ? { owner: exposure.owner } : {}),
    });
  }
  for (const model of properties.semanticModels) {
    const found = referenceOf(project, model.model);
    if (found === null) continue;
    ask(found.key);
    const lines: Lines = [model.line, model.endLine];
    if (model.description)
      out.declarations.push({ table: found.name, lines, declares: 'description', text: model.description });
    for (const entity of model.entities) {
      if ((entity.type !== 'primary' && entity.type !== 'unique') || !/^\w+$/.test(entity.expr)) continue;
      const at: Lines = [entity.line, entity.line];
      out.declarations.push({
        table: found.name,
        lines: at,
        declares: 'key',
        columns: [entity.expr],
        test: `semantic model ${model.name}: ${entity.type} entity ${entity.name}`,
        by: 'semantic_entity',
        conditional: false,
      });
    }
  }
}

function addSource(project: DbtProject, source: SourceProperties, ask: Ask, out: Findings): void {
  const found = project.properties.source(source.source, source.name, project.name) ?? {
    ...source,
    package: project.name,
  };
  ask(`source:${source.source}.${source.name}`);
  const uniqueId = `source.${found.package}.${source.source}.${source.name}`;
  const table = nameOf(sourceRelation(project, found).relationName);
  const lines: Lines = [source.line, source.endLine];
  out.declarations.push({ table, lines, declares: 'kind', kind: 'external' });
  addTable(project, source, { name: table, uniqueId }, ask, out);
  ask(`stale:${uniqueId}`);
  const stale = staleWords(project.artifacts, uniqueId);
  if (stale) out.declarations.push({ table, lines, declares: 'caveat', text: stale });
  if (source.loadedAtField || source.freshness) {
    const { warnAfter, errorAfter } = source.freshness ?? {};
    out.declarations.push({
      table,
      lines,
      declares: 'freshness',
      ...(source.loadedAtField ? { loadedAt: source.loadedAtField } : {}),
      ...(warnAfter === undefined ? {} : { warnAfter }),
      ...(errorAfter === undefined ? {} : { errorAfter }),
    });
  }
}

function addTable(
  project: DbtProject,
  properties: TableProperties,
  described: Described,
  ask: Ask,
  out: Findings,
): void {
  const { name: table } = described;
  const lines: Lines = [properties.line, properties.endLine];
  const add = (declaration: Declaration) => out.declarations.push(declaration);
  const describe = (text: string | undefined): string | undefined => {
    for (const match of (text ?? '').matchAll(/doc\(\s*['"]([^'"]+)['"]/g)) ask(`doc:${match[1] ?? ''}`);
    return project.properties.describe(text);
  };
  const description = describe(properties.description)?.trim();
  if (description)
    add({ table, lines: [properties.line, properties.line], declares: 'description', text: description });
  const columns = properties.columns.map((column): DeclaredColumn => {
    const text = describe(column.description)?.trim();
    return {
      name: column.name,
      line: column.line,
      ...(column.dataType ? { type: column.dataType } : {}),
      ...(text ? { description: text } : {}),
    };
  });
  if (columns.length > 0)
    add({ table, lines, declares: 'columns', columns, complete: properties.contract === true });
  const owner = properties.owner ?? ownerIn(properties.meta);
  if (owner) add({ table, lines, declares: 'owner', owner, source: 'meta' });
  if (properties.group) add({ table, lines, declares: 'owner', owner: properties.group, source: 'group' });
  if (properties.tags.length > 0) add({ table, lines, declares: 'tag', tags: properties.tags });
  if (properties.deprecationDate)
    add({ table, lines, declares: 'deprecated', text: `deprecated from ${properties.deprecationDate}` });
  const tests = [...properties.tests, ...properties.columns.flatMap((column) => column.tests)];
  if (tests.length > 0) ask(`tests:${described.uniqueId}`);
  for (const test of tests) out.declarations.push(...testDeclarations(project, test, described, ask));
  const constraints = [
    ...properties.constraints,
    ...properties.columns.flatMap((column) => column.constraints),
  ];
  for (const constraint of constraints)
    out.declarations.push(...constraintDeclarations(project, constraint, table, ask));
}

function ownerIn(meta: Config): string | undefined {
  const { owner } = meta;
  return typeof owner === 'string' ? owner : undefined;
}

/** What an entry describes. `uniqueId`: dbt's, for what its artifacts tell. */
interface Described {
  readonly name: NameRef;
  readonly uniqueId: string;
}

type TestReader = (test: TestProperties, project: DbtProject) => readonly string[];

const ownColumn: TestReader = ({ column, args }) => listIn(args['column_name'] ?? args['column'] ?? column);
const columnsArgument =
  (name: string): TestReader =>
  ({ column, args }) => [...(column === undefined ? [] : [column]), ...listIn(own(args, name))];

/** Tests that say that columns are unique, by name without package, and which columns they mean. */
const uniqueTests: Readonly<Record<string, TestReader>> = {
  unique: ownColumn,
  unique_combination_of_columns: columnsArgument('combination_of_columns'),
  expect_compound_columns_to_be_unique: columnsArgument('column_list'),
  expect_column_values_to_be_unique: ownColumn,
  primary_key: (test, project) =>
    test.args['column_names'] === undefined ? ownColumn(test, project) : listIn(test.args['column_names']),
  unique_key: (test, project) =>
    test.args['column_names'] === undefined ? ownColumn(test, project) : listIn(test.args['column_names']),
};
const notNullTests = new Set(['not_null', 'expect_column_values_to_not_be_null', 'primary_key']);

function testDeclarations(
  project: DbtProject,
  written: TestProperties,
  { name: table, uniqueId }: Described,
  ask: Ask,
): Declaration[] {
  const name = bareName(written.test);
  const test = withFolderConfig(project, written, name, ask);
  const run = testRunOf(project, test, uniqueId);
  const { lastRun } = run;
  const conditional =
    run.weakened ||
    test.where !== undefined ||
    test.severity === 'warn' ||
    test.enabled === false ||
    test.args['row_condition'] !== undefined;
  const common = {
    table,
    lines: [test.line, test.line] as Lines,
    ...(test.path ? { path: test.path } : {}),
    ...(test.enabled === false ? { disabled: true as const } : {}),
  };
  const found: Declaration[] = [];
  // What does not hold is kept, and relied on by nobody.
  const failed = lastRun === 'fail' || lastRun === 'warn';
  const columns = own(uniqueTests, name)?.(test, project) ?? [];
  const words = failedWords(test, columns.length > 0 ? columns : ownColumn(test, project), run);
  if (words !== undefined) found.push({ ...common, declares: 'caveat', text: words });
  if (columns.length > 0 && columns.every(isColumnName)) {
    const threshold = test.errorIf !== undefined && !/^\s*(>\s*0|!=\s*0|>=\s*1)\s*$/.test(test.errorIf);
    const key: DeclaredKey = {
      declares: 'key',
      columns: columns.map(unquoted),
      test: test.test,
      by: 'test',
      conditional,
      ...(lastRun === undefined ? {} : { lastRun }),
      ...(threshold ? { threshold } : {}),
      ...(test.where === undefined ? {} : { where: test.where }),
    };
    found.push({ ...common, ...key });
  }
  if (notNullTests.has(name)) {
    const own = columns.length > 0 ? columns : ownColumn(test, project);
    if (own.length > 0)
      found.push({
        ...common,
        declares: 'not_null',
        columns: own.map(unquoted),
        conditional: conditional || failed,
      });
  }
  if (name === 'accepted_values' && test.column !== undefined) {
    const values = (Array.isArray(test.args['values']) ? (test.args['values'] as unknown[]) : []).map(String);
    if (values.length > 0)
      found.push({
        ...common,
        declares: 'accepted_values',
        column: unquoted(test.column),
        values,
        conditional: conditional || failed,
      });
  }
  if (name === 'relationships' || name === 'relationships_where' || name === 'foreign_key') {
    const other = test.args['to'] ?? test.args['pk_table_name'];
    const to = referenceOf(project, typeof other === 'string' ? other : '');
    const field = listIn(test.args['field'] ?? test.args['pk_column_name'] ?? test.args['pk_column_names']);
    const own = listIn(
      test.args['column_name'] ?? test.column ?? test.args['fk_column_name'] ?? test.args['fk_column_names'],
    );
    if (to !== null && own.length > 0 && field.length === own.length) {
      ask(to.key);
      found.push({
        ...common,
        declares: 'relationship',
        columns: own.map(unquoted),
        to: to.name,
        toColumns: field.map(unquoted),
        test: test.test,
        conditional: conditional || failed || name === 'relationships_where',
      });
    }
  }
  return found;
}

function constraintDeclarations(
  project: DbtProject,
  constraint: ConstraintProperties,
  table: NameRef,
  ask: Ask,
): Declaration[] {
  const common = { table, lines: [constraint.line, constraint.line] as Lines };
  const { type, columns } = constraint;
  if (columns.length === 0) return [];
  if (type === 'primary_key' || type === 'unique') {
    const key: DeclaredKey = {
      declares: 'key',
      columns,
      test: `${type} constraint`,
      by: 'constraint',
      conditional: false,
    };
    return [{ ...common, ...key }];
  }
  if (type === 'not_null') return [{ ...common, declares: 'not_null', columns, conditional: false }];
  if (
    type === 'foreign_key' &&
    constraint.to !== undefined &&
    constraint.toColumns.length === columns.length
  ) {
    const to = referenceOf(project, constraint.to);
    if (to === null) return [];
    ask(to.key);
    return [
      {
        ...common,
        declares: 'relationship',
        columns,
        to: to.name,
        toColumns: constraint.toColumns,
        test: 'foreign_key constraint',
        conditional: false,
      },
    ];
  }
  return [];
}

function listIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** An expression in a test's place of a column says nothing of a key of columns. */
const isColumnName = (column: string): boolean =>
  /^["`[]?[\p{L}_][\p{L}\p{N}_$ ]*["`\]]?$/u.test(column.trim());
