/** `ref` and `source`: names → relations, and the record of what a model reads. */
import { argument } from '../jinja/arguments.ts';
import { str } from '../jinja/python.ts';
import type { Runtime } from '../jinja/runtime.ts';
import { Fn, type Kwargs, type Value } from '../jinja/values.ts';
import { nodeRelation, sourceRelation } from './naming.ts';
import { isEphemeral, nodeAnswer, refKey } from './ref-question.ts';
import { Relation } from './relation.ts';
import type { Session } from './session.ts';
import type { DbtNode, Dependency } from './types.ts';

export function refFunction(session: Session): Value {
  return new Fn('ref', (args, kwargs, rt) => ref(session, args, kwargs, rt));
}

function ref(session: Session, args: Value[], kwargs: Kwargs, rt: Runtime): Value {
  const { project } = session;
  const [first = null, second] = args;
  const [packageName, name] = second === undefined ? [undefined, str(first)] : [str(first), str(second)];
  const given = kwargs.get('version') ?? kwargs.get('v') ?? null;
  const version = given === null ? undefined : str(given);
  if (!session.executes) return unresolved(session, name);
  const key = refKey({ name, package: packageName, version });
  const node = project.resolveRef(name, packageName, version, session.package);
  if (node === undefined) {
    rt.report(
      'warning',
      'dbt.unknown_ref',
      `ref ${packageName === undefined ? '' : `${packageName}.`}${name}: the project has no such model`,
    );
    const relation = unresolved(session, name);
    session.ask(key, '');
    record(session, {
      kind: 'ref',
      name,
      place: { path: rt.path, line: rt.line },
      relation: relation.relationName,
      ephemeral: false,
      known: false,
    });
    return relation;
  }
  const relation = nodeRelation(project, node);
  const ephemeral = isEphemeral(project, node);
  session.ask(key, nodeAnswer(project, node));
  record(session, {
    kind: 'ref',
    name,
    uniqueId: node.uniqueId,
    place: { path: rt.path, line: rt.line },
    relation: relation.relationName,
    ephemeral,
    known: true,
  });
  return ephemeral
    ? new Relation({ ...relation.state, name: { identifier: ephemeralName(node) }, type: 'cte' })
    : relation;
}

/** What an ephemeral model is called inside the queries that use it. */
function ephemeralName(node: DbtNode): string {
  return `__dbt__cte__${node.name}${node.version === undefined ? '' : `_v${node.version}`}`;
}

function record(session: Session, dependency: Dependency): void {
  const { path, line } = dependency.place;
  const same = session.dependencies.some(
    (known) =>
      known.name === dependency.name &&
      known.kind === dependency.kind &&
      known.uniqueId === dependency.uniqueId &&
      known.place.path === path &&
      known.place.line === line,
  );
  if (!same) session.dependencies.push(dependency);
}

function unresolved(session: Session, identifier: string): Relation {
  const { target, quoting } = session.project;
  const name = {
    ...(target.database !== undefined && { database: target.database }),
    schema: target.schema,
    identifier,
  };
  return new Relation({ name, adapter: target.type, quoting, type: null });
}

export function sourceFunction(session: Session): Value {
  return new Fn('source', (args, kwargs, rt) => {
    const { project } = session;
    const source = str(argument(args, kwargs, 0, 'source_name') ?? null);
    const table = str(argument(args, kwargs, 1, 'table_name') ?? null);
    const found = project.properties.source(source, table, session.package);
    const relation = found
      ? sourceRelation(project, found)
      : new Relation({
          name: {
            ...(project.target.database !== undefined && { database: project.target.database }),
            schema: source,
            identifier: table,
          },
          adapter: project.target.type,
          quoting: project.quoting,
          type: null,
        });
    if (!session.executes) return relation;
    const name = `${source}.${table}`;
    if (!found)
      rt.report('warning', 'dbt.unknown_source', `source ${name} is not declared in any properties file`);
    session.ask(`source:${name}`, found ? relation.str() : '');
    record(session, {
      kind: 'source',
      name,
      place: { path: rt.path, line: rt.line },
      relation: relation.relationName,
      ephemeral: false,
      known: found !== undefined,
    });
    return relation;
  });
}
