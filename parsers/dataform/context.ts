import type { TracedFiles } from '../reader.ts';
import { text, hostValue, native, none, textOf, type Value } from '../typescript/values.ts';
import { refArguments, resolveRef, type ActionIndex, type Address } from './names.ts';
import { traceRef, type DataformSettings } from './project.ts';

/** What a query may ask for while it is put together: `ref`, `self`, `when`, `incremental`. */
export interface QueryContext {
  readonly self: Address;
  readonly incremental: boolean;
  readonly index: ActionIndex;
  readonly settings: DataformSettings;
  /** Gets `ref:<name>` entries, and the files that the names were found in. */
  readonly files: TracedFiles;
}

const quoted = (address: Address): string => `\`${address.join('.')}\``;

/** The functions by name: globals of a `.sqlx` file, methods of `ctx` in JavaScript. */
export function contextFunctions(context: QueryContext): ReadonlyMap<string, Value> {
  const ref = native('ref', (args) => {
    const asked = refArguments(args);
    if (asked === undefined) return undefined;
    const { address, path } = resolveRef(asked, context.index, context.settings);
    if (path !== undefined) context.files.file(path);
    traceRef(
      context.files.trace,
      [asked.database, asked.schema, asked.name].filter((part) => part !== undefined).join('.'),
      address.join('.'),
    );
    return text(quoted(address));
  });
  return new Map<string, Value>([
    ['ref', ref],
    ['resolve', ref],
    ['self', native('self', () => text(quoted(context.self)))],
    ['name', native('name', () => text(context.self.at(-1) ?? ''))],
    ['schema', native('schema', () => text(context.self.at(-2) ?? ''))],
    ['database', native('database', () => text(context.self.at(-3) ?? ''))],
    ['incremental', native('incremental', () => ({ is: 'boolean', value: context.incremental }))],
    [
      'when',
      native('when', ([test, then, otherwise]) =>
        holds(test, context) ? (then ?? none) : (otherwise ?? text('')),
      ),
    ],
    ['ifIncremental', native('ifIncremental', ([then]) => (context.incremental ? (then ?? none) : text('')))],
  ]);
}

/** A condition that is not known is taken to hold: its text is then read. */
const holds = (test: Value | undefined, context: QueryContext): boolean => {
  if (test?.is === 'boolean') return test.value;
  if (test?.is === 'host' && test.host.type === 'incremental') return context.incremental;
  return test?.is !== 'none' && textOf(test) !== '';
};

/** `ctx` as a JavaScript query function gets it. */
export function contextValue(context: QueryContext): Value {
  const functions = contextFunctions(context);
  return hostValue({ type: 'ctx', get: (name) => functions.get(name) });
}
