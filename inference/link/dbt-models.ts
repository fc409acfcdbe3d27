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
  /** Package, folders below the models' own, name: what dotted selectors match. */
  readonly fqn: readonly string[];
  /** From the project's folder on. */
  readonly path: string;
  readonly tags: ReadonlySet<string>;
  readonly kind: TableKind;
}

export function dbtModels(tables: ReadonlyMap<TableId, TableFacts>): DbtModel[] {
  return [...tables.values()].flatMap(({ table, builds, declarations }) => {
    const tags = new Set(declarations.flatMap(({ declaration }) => declaration.declares === 'tag' ? declaration.tags : [])); // prettier-ignore
    return builds.flatMap(({ file: { facts }, build }): DbtModel[] => {
      const node = /^(model|snapshot|seed)\.([^.]+)\.(.+)$/.exec(build.by ?? '');
      const root = facts.reader === 'dbt' ? rootOf(facts) : undefined;
      if (node === null || root === undefined) return [];
      const [, type = 'model', owner = '', name = ''] = node;
      const path = facts.path.slice(root === '' ? 0 : root.length + 1);
      const folders = path.split('/').slice(1, -1);
      const file = (path.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
      const fqn = [owner, ...folders, ...(type === 'snapshot' ? [file] : []), build.alias ?? name];
      return [
        { table, root, type: type as DbtModel['type'], package: owner, fqn, path, tags, kind: build.kind },
      ];
    });
  });
}

/** Entries of a dbt file's trace begin with its project. */
function rootOf({ trace = {} }: FileFacts): string | undefined {
  for (const key of Object.keys(trace)) {
    const root = /^dbt:([^|]*)\|/.exec(key)?.[1];
    if (root !== undefined) return root;
  }
  return undefined;
}
