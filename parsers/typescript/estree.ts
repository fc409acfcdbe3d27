/** The parser of TypeScript, loaded for the first file that needs it: it is the largest library of all, and most processes never read such a file. */
import { createRequire } from 'node:module';

type Estree = typeof import('@typescript-eslint/typescript-estree');

const require = createRequire(import.meta.url);

export const estree = (): Estree => require('@typescript-eslint/typescript-estree') as Estree;
