/** The first reader of SQL: `@polyglot-sql/sdk`, behind the one function that is needed of it. */
import type * as Polyglot from '@polyglot-sql/sdk';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Tree } from './tree.ts';

export type Parsed =
  | { readonly trees: readonly Tree[] }
  | {
      readonly error: string;
      readonly line: number;
      /** 0-based UTF-16 offset of the token that was not expected. */ readonly offset: number;
    };

type Sdk = typeof Polyglot;
let sdk: Sdk | undefined;

/** Loads the WebAssembly module: once per thread, some 200 ms. */
export async function initFirstReader(): Promise<void> {
  if (sdk) return;
  const loaded = await import('@polyglot-sql/sdk');
  await loaded.init();
  sdk = loaded;
}

const dialectNames: Partial<Record<Dialect, string>> = { postgres: 'postgresql' };

export function parseTrees(text: string, dialect: Dialect): Parsed {
  if (!sdk)
    throw new Error(
      'The SQL reader is used before initSqlReader() has ended: this is a fault of the caller.',
    );
  const name = (dialectNames[dialect] ?? dialect) as Parameters<Sdk['parse']>[1];
  const result = sdk.parse(text, name);
  if (result.success) return { trees: result.ast };
  return {
    error: result.error,
    line: result.errorLine ?? 1,
    offset: utf16Offset(text, result.errorStart ?? 0),
  };
}

/** The reader counts Unicode characters, JavaScript counts UTF-16 units. */
function utf16Offset(text: string, characters: number): number {
  let offset = 0;
  for (let count = 0; count < characters && offset < text.length; count++)
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  return offset;
}
