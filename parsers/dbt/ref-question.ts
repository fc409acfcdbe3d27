/** What a `ref` asks of the project: the key of its trace entry, and the answer that the entry is a hash of. */
import { nodeConfig, nodeRelation } from './naming.ts';
import type { DbtProject } from './project.ts';
import type { DbtNode } from './types.ts';

export interface RefQuestion {
  readonly name: string;
  /** Undefined: not said. */
  readonly package?: string | undefined;
  /** Undefined: the latest. */
  readonly version?: string | undefined;
}

export const refKey = (asked: RefQuestion): string =>
  `ref:${asked.package === undefined ? '' : `${asked.package}.`}${asked.name}${asked.version === undefined ? '' : ` v=${asked.version}`}`;

/** The answer now to a key without its `ref:`; empty when the project has no such node. */
export function refAnswer(project: DbtProject, key: string): string {
  const [, whole = '', version] = /^(.*?)(?: v=(.*))?$/s.exec(key) ?? [];
  const dot = whole.indexOf('.');
  const node =
    project.resolveRef(whole, undefined, version, project.name) ??
    (dot < 0
      ? undefined
      : project.resolveRef(whole.slice(dot + 1), whole.slice(0, dot), version, project.name));
  return node === undefined ? '' : nodeAnswer(project, node);
}

/** All that the text which refers to the node takes from it. */
export const nodeAnswer = (project: DbtProject, node: DbtNode): string =>
  `${node.uniqueId} ${nodeRelation(project, node).str()} ${isEphemeral(project, node)}`;

export const isEphemeral = (project: DbtProject, node: DbtNode): boolean =>
  node.type === 'model' && nodeConfig(project, node)['materialized'] === 'ephemeral';
