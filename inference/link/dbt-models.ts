/** The nodes of dbt projects that runs can select, as facts of their files tell them. */
import type { FileFacts, TableKind } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { TableFacts } from './table-facts.ts';

export interface DbtModel {
  readonly table: TableId;
  /** Folder of the project, '' for the repository's own. */
  readonly root: string;
  readonly type: 'model' | 'snapshot' | 'seed';
  readonly package: string;
  readonly name: string;
  /** Package, folders below the project's folder of models, name; parts with dots in them as several. What dotted selectors match. */
  readonly fqn: readonly string[];
  /** From the project's folder, with `../` where it lies beside. */
  readonly path: string;
  readonly tags: ReadonlySet<string>;
  readonly kind: TableKind;
}

export function dbtModels(tables: ReadonlyMap<TableId, TableFacts>): DbtModel[] {
  return [...tables.values()].flatMap(({ table, builds, declarations }) => {
    const tags = new Set(declarations.flatMap(({ declaration }) => declaration.declares === 'tag' ? declaration.tags : [])); // prettier-ignore
    return builds.flatMap(({ file: { facts }, build }): DbtModel[] => {
      const type = /^(model|snapshot|seed)\./.exec(build.by ?? '')?.[1] as DbtModel['type'] | undefined;
      const root = facts.reader === 'dbt' ? rootOf(facts) : undefined;
      const { fqn = [], kind } = build;
      const [owner, name] = [fqn[0], fqn.at(-1)];
      if (type === undefined || root === undefined || owner === undefined || name === undefined) return [];
      const parts = fqn.flatMap((part) => part.split('.'));
      const path = relativeTo(root, facts.path);
      return [{ table, root, type, package: owner, name, fqn: parts, path, tags, kind }];
    });
  });
}

function relativeTo(root: string, path: string): string {
  const [from, to] = [root === '' ? [] : root.split('/'), path.split('/')];
  const apart = from.findIndex((part, index) => part !== to[index]);
  const shared = apart < 0 ? from.length : apart;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}

/** Entries of a dbt file's trace begin with its project. */
function rootOf({ trace = {} }: FileFacts): string | undefined {
  for (const key of Object.keys(trace)) {
    const root = /^dbt:([^|]*)\|/.exec(key)?.[1];
    if (root !== undefined) return root;
  }
  return undefined;
}
