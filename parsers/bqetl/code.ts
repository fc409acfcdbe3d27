import type { Build } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { readEmbeddedSql, type EmbeddedSql } from '../embedded-sql.ts';
import { readPython } from '../python/reader.ts';
import { addCounts, findings, type Findings, type ReadContext, type TracedFiles } from '../reader.ts';
import { nameKey, uniqueNames } from '../table-name.ts';
import { readYaml } from '../yaml/document.ts';
import type { TablePlace } from './layout.ts';
import { writePlan, type WritePlan } from './metadata.ts';
import { asksForInit, renderSql } from './template.ts';

const emptyCounts = findings().statements;

/** `query.sql`: its rows go where the path says, in the way that `metadata.yaml` says. A query that writes by its own statements is a script. */
export function readQueryFile(
  place: TablePlace,
  text: string,
  out: Findings,
  files: TracedFiles,
  path: string,
): void {
  const plan = planOf(place, files, text);
  const first = readSqlOf(text, path);
  const later = asksForInit(text) ? readSqlOf(text, path, false) : first;
  const { query } = later;
  const own = first.builds.findLast(
    (build) => nameKey(completed(build.target, place)) === nameKey(place.table),
  );
  if (query === undefined || plan.writesNothing) {
    take(first, place, out);
    out.uses.push(...first.uses.map((use) => ({ ...use, kind: 'test' as const })));
    return;
  }
  // A first run often creates the table by its own statement, and later runs only select.
  const start = own ?? first.query;
  take({ ...first, builds: first.builds.filter((build) => build !== own) }, place, out);
  if (later !== first) take({ ...later, statements: emptyCounts }, place, out);
  const relation = start?.relation ?? query.relation;
  out.builds.push({
    ...targetOf(place, plan),
    lines: later.uses.at(-1)?.lines ?? [1, text.split('\n').length],
    reads: uniqueNames([...(start?.reads ?? []), ...query.reads]),
    ...(relation === undefined ? {} : { relation }),
    ...(later === first || query.relation === undefined ? {} : { incremental: query.relation }),
  });
  // Queries before the last one ask without writing.
  out.uses.push(...later.uses.slice(0, -1));
}

/** `view.sql`, `script.sql`, `init.sql`: the statements name what they write; short names are inside the path's project. */
export function readScriptFile(
  place: TablePlace,
  text: string,
  out: Findings,
  files: TracedFiles,
  path: string,
): void {
  const plan = place.file === 'script.sql' ? planOf(place, files) : undefined;
  const sql = readSqlOf(text, path);
  take(sql, place, out, plan);
  out.uses.push(...sql.uses);
}

/** `query.py`: writes the path's table; what it reads is found in its code. */
export function readPythonFile(
  place: TablePlace,
  text: string,
  out: Findings,
  files: TracedFiles,
  path: string,
  context: ReadContext,
): void {
  const plan = planOf(place, files);
  const python = readPython(path, text, { ...context, dialect: 'bigquery' });
  Object.assign(files.trace, python.trace);
  out.builds.push(
    ...python.out.builds.map((build) => ({ ...build, target: completed(build.target, place) })),
  );
  out.diagnostics.push(...python.out.diagnostics);
  out.declarations.push(...python.out.declarations);
  out.statements = addCounts(out.statements, python.out.statements);
  const name = nameKey(place.table);
  if (plan.writesNothing || out.builds.some((build) => nameKey(build.target) === name)) {
    out.uses.push(...python.out.uses);
    return;
  }
  const reads = uniqueNames(python.out.uses.flatMap((use) => use.reads)).filter(
    (read) => nameKey(completed(read, place)) !== name,
  );
  out.builds.push({
    ...targetOf(place, plan),
    lines: [1, text.split('\n').length],
    relation: { op: 'opaque', reads, reason: 'written by a Python script' },
    reads,
  });
}

function planOf(place: TablePlace, files: TracedFiles, query = ''): WritePlan {
  const path = `${place.folder}/metadata.yaml`;
  const text = files.file(path);
  const dated = /@\w*date\b/i.test(query);
  return writePlan(text === undefined ? undefined : readYaml(path, text).root, dated);
}

/** As a first run reads (`init`) or a later one; a query that does not tell them apart is read once. */
function readSqlOf(text: string, path: string, init = true): EmbeddedSql {
  const rendered = renderSql(path, text, init);
  return readEmbeddedSql(rendered.text, { dialect: 'bigquery', path, lineMap: rendered.lineMap });
}

function targetOf(
  place: TablePlace,
  plan: WritePlan,
): Pick<Build, 'target' | 'kind' | 'write' | 'partitionBy' | 'clusterBy'> {
  return {
    target: place.table,
    kind: 'table',
    write: plan.write,
    ...(plan.partitionBy === undefined ? {} : { partitionBy: plan.partitionBy }),
    ...(plan.clusterBy === undefined ? {} : { clusterBy: plan.clusterBy }),
  };
}

/** The builds that the statements themselves do. */
function take(sql: EmbeddedSql, place: TablePlace, out: Findings, plan?: WritePlan): void {
  const context = place.table.parts.slice(0, 1);
  for (const build of sql.builds) {
    const own = nameKey(completed(build.target, place)) === nameKey(place.table);
    out.builds.push({
      ...build,
      ...(build.kind === 'temporary' ? {} : { target: completed(build.target, place) }),
      ...(own && plan?.partitionBy !== undefined
        ? { partitionBy: build.partitionBy ?? plan.partitionBy }
        : {}),
      context,
    });
  }
  out.declarations.push(...sql.declarations.map((d) => ({ ...d, table: completed(d.table, place) })));
  out.diagnostics.push(...sql.diagnostics);
  out.statements = addCounts(out.statements, sql.statements);
}

/** A name without project is in the path's. */
function completed(name: NameRef, place: TablePlace): NameRef {
  const [project = ''] = place.table.parts;
  return name.parts.length === 2 ? { ...name, parts: [project, ...name.parts] } : name;
}
