import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { hole } from '../runtime-text.ts';
import type { Run } from './run.ts';

/** What the interpreter knows of a JavaScript value. */
export type Value =
  /** `path`: the dotted code that names it, as far as there is one. */
  | { readonly is: 'unknown'; readonly path: readonly string[] }
  /** May hold holes. `line`: where a literal begins whose line breaks are those of the file. */
  | { readonly is: 'text'; readonly text: string; readonly line?: number }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'none' }
  /** `open`: there may be more items. */
  | { readonly is: 'list'; readonly items: Value[]; open: boolean }
  | { readonly is: 'object'; readonly entries: Map<string, Value>; open: boolean }
  | FunctionValue
  | { readonly is: 'host'; readonly host: Host };

export interface FunctionValue {
  readonly is: 'function';
  readonly name: string;
  readonly node: FunctionNode;
  readonly scope: Scope;
  /** The path of the file that it stands in. */
  readonly file: string;
}

export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

/** An object of a library, with behaviour of its own. What it leaves out is not known. */
export interface Host {
  readonly type: string;
  readonly get?: (name: string, run: Run) => Value | undefined;
  readonly call?: (args: readonly Value[], site: CallSite, run: Run) => Value | undefined;
  readonly method?: (name: string, args: readonly Value[], site: CallSite, run: Run) => Value | undefined;
  /** Its text inside a template literal, and the line on which that begins. */
  readonly text?: string;
  readonly line?: number | undefined;
}

/** Where a call stands. `at`: the name of what is called, for chains over several lines. */
export interface CallSite {
  readonly node: TSESTree.Node;
  readonly at: TSESTree.Node;
}

export interface Scope {
  /** Parameters whose value is that of this very call, whatever runs in it; absent: none. */
  readonly settled?: ReadonlySet<string>;
  readonly names: Map<string, Value>;
  readonly outer: Scope | undefined;
}

export const unknown = (...path: readonly string[]): Value => ({ is: 'unknown', path });
export const none: Value = { is: 'none' };
export const text = (value: string): Value => ({ is: 'text', text: value });
export const hostValue = (host: Host): Value => ({ is: 'host', host });
export const native = (type: string, call: NonNullable<Host['call']>): Value => hostValue({ type, call });

export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Sets a name where it was declared, else in this scope. */
export function assignName(scope: Scope, name: string, value: Value): void {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    if (at.names.has(name)) return void at.names.set(name, value);
  }
  scope.names.set(name, value);
}

/** The value as a template literal would print it; a hole where that is not known. */
export function printed(value: Value): string {
  switch (value.is) {
    case 'text':
      return value.text;
    case 'number':
    case 'boolean':
      return String(value.value);
    case 'none':
      return '';
    case 'unknown':
      return hole(value.path.join('.') || 'value');
    case 'list':
      return value.open ? hole('list') : value.items.map(printed).join(',');
    case 'host':
      return value.host.text ?? hole(value.host.type);
    default:
      return hole('value');
  }
}

export const textOf = (value: Value | undefined): string | undefined =>
  value?.is === 'text' ? value.text : value?.is === 'host' ? value.host.text : undefined;

/** The texts of a text or of a list of texts. */
export function textsOf(value: Value | undefined): string[] {
  if (value?.is === 'list') return value.items.flatMap((item) => textsOf(item));
  const own = textOf(value);
  return own === undefined ? [] : [own];
}

export const entry = (value: Value | undefined, key: string): Value | undefined =>
  value?.is === 'object' ? value.entries.get(key) : undefined;
