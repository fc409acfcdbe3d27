/** The columns of a relation, where something complete is known about them. */
import { seedHeader } from './seeds.ts';
import type { ColumnInfo, Relation } from './relation.ts';
import { nodeRelation } from './naming.ts';
import type { DbtProject } from './project.ts';
import { relationKey } from './run-artifacts.ts';
import type { Session } from './session.ts';
import type { DbtNode } from './types.ts';

/** From the options, else dbt's catalogue, else a seed's header; undefined where nothing is known. YAML lists are not taken: they seldom name every column. */
export function knownColumns(session: Session, relation: Relation): readonly ColumnInfo[] | undefined {
  const { project } = session;
  const key = relationKey(relation.relationName);
  const given = project.options.columns?.(relation.relationName) ?? columnsByKey(project, key);
  session.ask(`columns:${key}`, JSON.stringify(given ?? null));
  return given;
}

/** The answer to `columns:<relation key>`, without what options say. */
export function columnsByKey(project: DbtProject, key: string): readonly ColumnInfo[] | undefined {
  return project.artifacts.columns.get(key) ?? seedColumns(project, key);
}

function seedColumns(project: DbtProject, key: string): readonly ColumnInfo[] | undefined {
  const known = project.memo.get('seeds') as Map<string, DbtNode> | undefined;
  const seeds =
    known ??
    new Map(
      Array.from(project.nodes.values())
        .filter((node) => node.type === 'seed')
        .map((node) => [relationKey(nodeRelation(project, node).relationName), node]),
    );
  project.memo.set('seeds', seeds);
  const seed = seeds.get(key);
  const text = seed && project.textOf(seed.path);
  return text === undefined ? undefined : seedHeader(text).map((name) => ({ name }));
}
