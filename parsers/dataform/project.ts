import { own } from '../../schema/contracts/own.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { joinPath, textHash, type ProjectContext, type TracedFiles } from '../reader.ts';
import { text, type Value } from '../typescript/values.ts';
import { readYaml } from '../yaml/document.ts';

/** Settings of a Dataform project (`workflow_settings.yaml`, or `dataform.json` in its older form). */
export interface DataformSettings {
  readonly root: string;
  readonly database?: string;
  readonly schema?: string;
  readonly assertionSchema?: string;
  readonly dialect: Dialect;
  readonly vars: ReadonlyMap<string, Value>;
}

const warehouses: Readonly<Record<string, Dialect>> = {
  bigquery: 'bigquery',
  snowflake: 'snowflake',
  redshift: 'redshift',
  postgres: 'postgres',
  sqldatawarehouse: 'generic',
};

export function dataformSettings(project: ProjectContext, files: TracedFiles): DataformSettings {
  for (const name of ['workflow_settings.yaml', 'dataform.json']) {
    const path = joinPath(project.root, name);
    const source = files.file(path);
    const root = source === undefined ? undefined : readYaml(path, source).root;
    if (root === undefined) continue;
    const of = (...keys: string[]): string | undefined =>
      keys.map((key) => root.get(key)?.text()).find((v) => v !== undefined);
    const database = of('defaultProject', 'defaultDatabase');
    const schema = of('defaultDataset', 'defaultSchema');
    const assertionSchema = of('defaultAssertionDataset', 'assertionSchema');
    const vars = (root.get('vars')?.entries() ?? []).map(
      ([key, value]) => [key, text(value.text() ?? '')] as const,
    );
    return {
      root: project.root,
      ...(database === undefined ? {} : { database }),
      ...(schema === undefined ? {} : { schema }),
      ...(assertionSchema === undefined ? {} : { assertionSchema }),
      dialect: own(warehouses, of('warehouse') ?? 'bigquery') ?? 'bigquery',
      vars: new Map(vars),
    };
  }
  return { root: project.root, dialect: 'bigquery', vars: new Map() };
}

export const traceRef = (trace: Record<string, string>, name: string, address: string): void => {
  trace[`ref:${name}`] = textHash(address);
};
