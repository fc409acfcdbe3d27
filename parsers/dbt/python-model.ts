/** Python models: which models and sources they read, found by their `dbt.ref` and `dbt.source` calls. */
import { textHash } from '../reader.ts';
import { baseConfig, nodeConfig, nodeRelation, sourceRelation } from './naming.ts';
import type { DbtProject } from './project.ts';
import { nodeAnswer, refKey } from './ref-question.ts';
import type { DbtNode, Dependency, RenderedModel } from './types.ts';

const CALL = /\bdbt\.(ref|source)\(\s*(?:["']([^"']+)["'])\s*(?:,\s*["']([^"']+)["']\s*)?/g;

/** What one call reads, with the question that it asks of the project and the answer. */
interface Reference {
  readonly dependency: Dependency;
  readonly question: string;
  readonly answer: string;
}

export function pythonModel(project: DbtProject, node: DbtNode, text: string): RenderedModel {
  const references = [...text.matchAll(CALL)].flatMap((match): Reference[] => {
    const [, kind, first = '', second] = match;
    const place = { path: node.path, line: text.slice(0, match.index).split('\n').length };
    if (kind === 'ref') return [modelReference(project, node, second ?? first, second && first, place)];
    return second === undefined ? [] : [sourceReference(project, node, first, second, place)];
  });
  const config = nodeConfig(project, node);
  return {
    node,
    relation: nodeRelation(project, node).relationName,
    config,
    materialized: typeof config['materialized'] === 'string' ? config['materialized'] : 'table',
    full: { sql: '', lineMap: [] },
    hooks: [],
    dependencies: references.map(({ dependency }) => dependency),
    macros: [],
    trace: {
      [`config:${node.uniqueId}`]: textHash(JSON.stringify(baseConfig(project, node))),
      ...Object.fromEntries(
        references.map(({ question, answer }) => [question, answer === '' ? '' : textHash(answer)]),
      ),
    },
    diagnostics: [],
  };
}

function modelReference(
  project: DbtProject,
  node: DbtNode,
  name: string,
  packageName: string | undefined,
  place: Dependency['place'],
): Reference {
  const target = project.resolveRef(name, packageName, undefined, node.package);
  return {
    dependency: {
      kind: 'ref',
      name,
      ...(target && { uniqueId: target.uniqueId }),
      place,
      relation: target ? nodeRelation(project, target).relationName : { identifier: name },
      ephemeral: false,
      known: target !== undefined,
    },
    question: refKey({ name, package: packageName }),
    answer: target ? nodeAnswer(project, target) : '',
  };
}

function sourceReference(
  project: DbtProject,
  node: DbtNode,
  source: string,
  table: string,
  place: Dependency['place'],
): Reference {
  const found = project.properties.source(source, table, node.package);
  const relation = found && sourceRelation(project, found);
  return {
    dependency: {
      kind: 'source',
      name: `${source}.${table}`,
      place,
      relation: relation?.relationName ?? { schema: source, identifier: table },
      ephemeral: false,
      known: found !== undefined,
    },
    question: `source:${source}.${table}`,
    answer: relation?.str() ?? '',
  };
}
