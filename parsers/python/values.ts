import type { Expression, Relation, SortKey } from '../../schema/contracts/relation.ts';
import { hole } from '../runtime-text.ts';
import type { PyFile, PyNode } from './tree.ts';

/** What the interpreter knows of a Python value. */
export type Value =
  /** `path`: the dotted code that names it, as far as there is one. */
  | { readonly is: 'unknown'; readonly path: readonly string[] }
  /** May hold holes. `line`: where a literal begins whose line breaks are those of the file. */
  | { readonly is: 'text'; readonly text: string; readonly line?: number }
  | { readonly is: 'number'; readonly text: string }
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'none' }
  /** `open`: there may be more items. */
  | { readonly is: 'list'; readonly items: Value[]; open: boolean }
  | { readonly is: 'dict'; readonly entries: Map<string, Value>; open: boolean }
  /** Something imported, or a member of it, by its full dotted name. */
  | { readonly is: 'name'; readonly path: string }
  | FunctionValue
  | ClassValue
  /** An instance. `type`: the dotted name of its class. */
  | {
      readonly is: 'object';
      readonly type: string;
      readonly fields: Map<string, Value>;
      readonly class?: ClassValue;
    }
  | FrameValue
  | GroupedValue
  | { readonly is: 'column'; readonly value: Expression; readonly name?: string; readonly sort?: SortKey }
  /** The conditions of `when(…).when(…)`, which take more branches and an `otherwise`. */
  | {
      readonly is: 'cases';
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
    }
  | {
      readonly is: 'window';
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly SortKey[];
      readonly frame?: string;
    }
  | ReaderValue
  | WriterValue
  | {
      readonly is: 'merge';
      readonly target: string;
      readonly source: FrameValue;
      readonly condition?: Expression;
    }
  /** Airflow tasks: an operator is one, a group several; a group grows while its block is read. */
  | { readonly is: 'tasks'; readonly ids: string[]; readonly group?: boolean }
  | { readonly is: 'dag'; readonly id: string };

export interface FunctionValue {
  readonly is: 'function';
  readonly name: string;
  /** The `FunctionDefinition` or `LambdaExpression`, and the file that it stands in. */
  readonly node: PyNode;
  readonly file: PyFile;
  readonly scope: Scope;
  readonly self?: Value;
  /** Decorators by their dotted names, with the decorator's node. */
  readonly decorators: readonly { readonly path: string; readonly node: PyNode }[];
}

export interface ClassValue {
  readonly is: 'class';
  readonly name: string;
  readonly scope: Scope;
}

/** A DataFrame. `variable`: the name that the code gave it last. */
export interface FrameValue {
  readonly is: 'frame';
  readonly relation: Relation;
  readonly library: 'spark' | 'pandas';
  readonly variable?: string;
  /** Names that qualify columns in `relation`. */
  readonly qualifiers: readonly string[];
}

export interface GroupedValue {
  readonly is: 'grouped';
  readonly input: FrameValue;
  readonly keys: readonly { readonly name?: string; readonly value: Expression }[];
  readonly pivot?: Expression;
}

/** `spark.read`, on its way. */
export interface ReaderValue {
  readonly is: 'reader';
  readonly format?: string;
  readonly options: ReadonlyMap<string, Value>;
}

/** `df.write`, on its way. */
export interface WriterValue {
  readonly is: 'writer';
  readonly frame: FrameValue;
  readonly format?: string;
  readonly mode?: string;
  readonly partitionBy?: readonly string[];
  readonly options: ReadonlyMap<string, Value>;
  /** `df.writeTo(name)`. */
  readonly table?: string;
}

export interface Scope {
  readonly names: Map<string, Value>;
  readonly outer: Scope | undefined;
}

export const unknown = (...path: readonly string[]): Value => ({ is: 'unknown', path });
export const none: Value = { is: 'none' };

export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The value as formatting would print it; a hole where that is not known. */
export function printed(value: Value): string {
  switch (value.is) {
    case 'text':
    case 'number':
      return value.text;
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'none':
      return 'None';
    case 'unknown':
      return hole(value.path.join('.') || 'value');
    case 'name':
      return hole(value.path);
    default:
      return hole('value');
  }
}

/** Text of a text value, with its holes; undefined for anything else. */
export const textOf = (value: Value | undefined): string | undefined =>
  value?.is === 'text' ? value.text : undefined;

/** The texts of a text or of a list of texts. */
export function textsOf(value: Value | undefined): string[] {
  if (value === undefined) return [];
  if (value.is === 'text') return [value.text];
  return value.is === 'list' ? value.items.flatMap((item) => textsOf(item)) : [];
}

export const field = (value: Value | undefined, key: string): Value | undefined =>
  value?.is === 'dict' ? value.entries.get(key) : value?.is === 'object' ? value.fields.get(key) : undefined;
