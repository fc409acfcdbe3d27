/** Names of dbt's things as names of relations. */
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { nodeRelation, sourceRelation } from '../naming.ts';
import type { DbtProject } from '../project.ts';
import { refKey } from '../ref-question.ts';
import type { Dependency, DbtNode, RelationName } from '../types.ts';

export function nameOf({ database, schema, identifier }: RelationName, line?: number): NameRef {
  const parts = [database, schema, identifier].filter(
    (part): part is string => part !== undefined && part !== '',
  );
  return { parts, ...(line === undefined ? {} : { line }) };
}

/** A column's name as a database has it. */
export const unquoted = (column: string): string => column.replace(/^["`[]([^"`\]]*)["`\]]$/, '$1');

export const nodeName = (project: DbtProject, node: DbtNode): NameRef =>
  nameOf(nodeRelation(project, node).relationName);

const refCall = /\bref\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/;
const sourceCall = /\bsource\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]+)['"]/;

/** What `ref('x')` or `source('a', 'b')` in YAML means, with the trace entry that it rests on; null for anything else. */
export function referenceOf(project: DbtProject, text: string): { name: NameRef; key: string } | null {
  const source = sourceCall.exec(text);
  if (source) {
    const [, group = '', table = ''] = source;
    const found = project.properties.source(group, table, project.name);
    const name = found ? nameOf(sourceRelation(project, found).relationName) : { parts: [group, table] };
    return { name, key: `source:${group}.${table}` };
  }
  const ref = refCall.exec(text);
  if (!ref) return null;
  const [, first = '', second] = ref;
  const asked = second === undefined ? { name: first } : { name: second, package: first };
  const node = project.resolveRef(asked.name, asked.package, undefined, project.name);
  return node === undefined ? null : { name: nodeName(project, node), key: refKey(asked) };
}

/** Ephemeral models stand in rendered text under a pseudo name: the same relation with their own names. */
export function withEphemeralNames(relation: Relation, dependencies: readonly Dependency[]): Relation {
  const names = new Map<string, readonly string[]>();
  for (const dependency of dependencies) {
    if (dependency.ephemeral) names.set(pseudoName(dependency), nameOf(dependency.relation).parts);
  }
  return names.size === 0 ? relation : rename(relation, names);
}

/** Such a name in a list of names read. */
export function withEphemeralName(ref: NameRef, dependencies: readonly Dependency[]): NameRef {
  const [only, ...others] = ref.parts;
  if (others.length > 0 || !only?.startsWith('__dbt__cte__')) return ref;
  const found = dependencies.find((dependency) => dependency.ephemeral && pseudoName(dependency) === only);
  return found ? { ...ref, parts: nameOf(found.relation).parts } : ref;
}

const pseudoName = ({ name, uniqueId }: Dependency): string => {
  const version = /\.v([^.]+)$/.exec(uniqueId ?? '')?.[1];
  return `__dbt__cte__${name}${version === undefined ? '' : `_v${version}`}`;
};

/** Copies plain JSON, changing the parts of names. */
function rename<T>(value: T, names: ReadonlyMap<string, readonly string[]>): T {
  if (Array.isArray(value)) return value.map((item: unknown) => rename(item, names)) as T;
  if (value === null || typeof value !== 'object') return value;
  const object = value as Record<string, unknown>;
  const { parts } = object;
  if (Array.isArray(parts) && parts.length === 1 && names.has(String(parts[0])))
    return { ...object, parts: names.get(String(parts[0])) } as T;
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, rename(item, names)])) as T;
}
