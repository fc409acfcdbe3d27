import type { NameRef } from '../../schema/contracts/names.ts';
import { entry, textOf, type Value } from '../typescript/values.ts';
import { readable } from '../runtime-text.ts';
import type { DataformSettings } from './project.ts';

/** The address of an action, as far as the project says it: outermost first. */
export type Address = readonly string[];

/** The address that an action's configuration and the project's defaults give it. */
export function addressOf(config: Value | undefined, name: string, settings: DataformSettings): Address {
  const schema = textOf(entry(config, 'schema')) ?? textOf(entry(config, 'dataset')) ?? settings.schema;
  const database = textOf(entry(config, 'database')) ?? textOf(entry(config, 'project')) ?? settings.database;
  const own = textOf(entry(config, 'name')) ?? name;
  const parts = [database, schema, own].slice(schema === undefined ? 2 : database === undefined ? 1 : 0);
  return parts.flatMap((part) => (part === undefined ? [] : [readable(part)]));
}

export const nameRef = (address: Address, line?: number): NameRef =>
  line === undefined ? { parts: address } : { parts: address, line };

/** An action's address and the file that makes it. */
export interface LocatedAddress {
  readonly address: Address;
  readonly path: string;
}

/** Every action of a project by its name, so that `ref("x")` finds its schema. Of two with one name, the first by path. */
export interface ActionIndex {
  readonly find: (name: string, schema?: string, database?: string) => LocatedAddress | undefined;
}

export function actionIndex(actions: readonly LocatedAddress[]): ActionIndex {
  const byName = new Map<string, LocatedAddress[]>();
  for (const action of actions) {
    const { address } = action;
    const name = (address[address.length - 1] ?? '').toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), action]);
  }
  return {
    find: (name, schema, database) =>
      byName
        .get(name.toLowerCase())
        ?.find(
          ({ address }) =>
            (schema === undefined || address.at(-2) === schema) &&
            (database === undefined || address.at(-3) === database),
        ),
  };
}

/** What `ref(…)`'s arguments ask for. */
export function refArguments(
  args: readonly Value[],
): { name: string; schema?: string; database?: string } | undefined {
  const [first] = args;
  if (first?.is === 'object') {
    const [name, schema, database] = ['name', 'schema', 'database'].map((key) => textOf(entry(first, key)));
    const dataset = schema ?? textOf(entry(first, 'dataset'));
    return name === undefined
      ? undefined
      : {
          name,
          ...(dataset === undefined ? {} : { schema: dataset }),
          ...(database === undefined ? {} : { database }),
        };
  }
  const list = first?.is === 'list' ? first.items : args;
  const texts = list.map((arg) => textOf(arg));
  const name = texts[texts.length - 1];
  if (name === undefined) return undefined;
  const [schema, database] = [texts[texts.length - 2], texts[texts.length - 3]];
  return {
    name,
    ...(schema === undefined ? {} : { schema }),
    ...(database === undefined ? {} : { database }),
  };
}

export function resolveRef(
  asked: { name: string; schema?: string; database?: string },
  index: ActionIndex,
  settings: DataformSettings,
): { readonly address: Address; readonly path?: string } {
  const found = index.find(asked.name, asked.schema, asked.database);
  if (found !== undefined) return found;
  const schema = asked.schema ?? settings.schema;
  const database = asked.database ?? settings.database;
  const address = [
    ...(schema === undefined || database === undefined ? [] : [database]),
    ...(schema === undefined ? [] : [schema]),
    asked.name,
  ].map(readable);
  return { address };
}
