import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, simpleTraverse } from '@typescript-eslint/typescript-estree';
import { importTarget } from './import-rules.ts';

export const root = join(import.meta.dirname, '../..');

/** Paths from the root of all files that git knows or would take in. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));

/** Our own code: not the fixtures that stand for a company's. */
export const sources: readonly string[] = files.filter(
  (file) => /\.[jt]s$/.test(file) && !/^fixtures\/.*\/|^test\/fixtures\//.test(file),
);

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

export interface Import {
  /** A path from the root, a package's name, or `node:…`. */
  readonly target: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every way to name another module: import, re-export, `import()`, `import('…').Type`. */
export function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (source: unknown, typeOnly: boolean, line: number): void => {
    const { value } = (source ?? {}) as { value?: unknown };
    if (typeof value === 'string') found.push({ target: importTarget(file, value), typeOnly, line });
  };
  simpleTraverse(parse(text, { loc: true }), {
    enter(node) {
      const { line } = node.loc.start;
      if (node.type === 'ImportDeclaration') add(node.source, node.importKind === 'type', line);
      else if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration')
        add(node.source, node.exportKind === 'type', line);
      else if (node.type === 'ImportExpression') add(node.source, false, line);
      else if (node.type === 'TSImportType') add(node.source, true, line);
    },
  });
  return found;
}
