/** Python models: which models and sources they read, found by their `dbt.ref` and `dbt.source` calls. */
import { nodeConfig, nodeRelation, sourceRelation } from './naming.ts';
import type { DbtProject } from './project.ts';
import type { DbtNode, Dependency, RenderedModel } from './types.ts';

const CALL = /\bdbt\.(ref|source)\(\s*(?:["']([^"']+)["'])\s*(?:,\s*["']([^"']+)["']\s*)?/g;

export function pythonModel(project: DbtProject, node: DbtNode, text: string): RenderedModel {
  const dependencies: Dependency[] = [];
  for (const match of text.matchAll(CALL)) {
    const [, kind, first = '', second] = match;
    const place = { path: node.path, line: text.slice(0, match.index).split('\n').length };
    if (kind === 'ref') {
      const name = second ?? first;
      const target = project.resolveRef(
        name,
        second === undefined ? undefined : first,
        undefined,
        node.package,
      );
      const relation = target ? nodeRelation(project, target).relationName : { identifier: name };
      dependencies.push({
        kind: 'ref',
        name,
        ...(target && { uniqueId: target.uniqueId }),
        place,
        relation,
        ephemeral: false,
        known: target !== undefined,
      });
    } else if (second !== undefined) {
      const found = project.properties.source(first, second, node.package);
      const relation = found
        ? sourceRelation(project, found).relationName
        : { schema: first, identifier: second };
      dependencies.push({
        kind: 'source',
        name: `${first}.${second}`,
        place,
        relation,
        ephemeral: false,
        known: found !== undefined,
      });
    }
  }
  const config = nodeConfig(project, node);
  return {
    node,
    relation: nodeRelation(project, node).relationName,
    config,
    materialized: typeof config['materialized'] === 'string' ? config['materialized'] : 'table',
    full: { sql: '', lineMap: [] },
    hooks: [],
    dependencies,
    macros: [],
    trace: {},
    diagnostics: [],
  };
}
