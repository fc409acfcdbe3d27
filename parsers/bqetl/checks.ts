import type { Declaration, Lines } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import {
  allChildren,
  callSyntax,
  parsePython,
  parts,
  stringText,
  type PyFile,
  type PyNode,
} from '../python/tree.ts';

/** Calls of the check macros in `checks.sql`. A check with a where clause, or that only warns, holds for a part of the rows or not always. */
export function readChecks(text: string, table: NameRef): Declaration[] {
  const out: Declaration[] = [];
  const pattern = /\{\{-?\s*((is_unique|not_null|accepted_values)\s*\([^]*?\))\s*-?\}\}/g;
  const visible = text.replace(/--[^\n]*|\{#[^]*?#\}/g, (comment) => comment.replace(/[^\n]/g, ' '));
  for (const match of visible.matchAll(pattern)) {
    const line = 1 + countLines(visible.slice(0, match.index));
    const lines: Lines = [line, line + countLines(match[0])];
    const declaration = checkOf(match[1] ?? '', match[2] ?? '', table, lines, severity(visible, match.index));
    if (declaration !== null) out.push(declaration);
  }
  return out;
}

const countLines = (text: string): number => text.split('\n').length - 1;

/** `#fail` and `#warn` stand on a line before their check. */
function severity(text: string, index: number): 'fail' | 'warn' {
  const marks = [...text.slice(0, index).matchAll(/^[ \t]*#(fail|warn)\b/gm)];
  return marks[marks.length - 1]?.[1] === 'warn' ? 'warn' : 'fail';
}

function checkOf(
  source: string,
  macro: string,
  table: NameRef,
  lines: Lines,
  level: 'fail' | 'warn',
): Declaration | null {
  const file = parsePython(source);
  const call = file.root.firstChild?.getChild('CallExpression') ?? null;
  const syntax = call === null ? null : callSyntax(file, call);
  if (syntax === null) return null;
  const argument = (index: number, name: string): PyNode | undefined =>
    syntax.keywords.get(name) ?? syntax.args[index];
  const clause = (index: number): { conditional: boolean; where?: string } => {
    const node = argument(index, 'where');
    const where = node === undefined ? undefined : whereText(file, node);
    return {
      conditional: level === 'warn' || where !== undefined,
      ...(where === undefined ? {} : { where }),
    };
  };
  if (macro === 'accepted_values') {
    const [column] = texts(file, argument(0, 'column'));
    const values = texts(file, argument(1, 'values'));
    if (column === undefined || values.length === 0) return null;
    const { conditional } = clause(2);
    return { table, lines, declares: 'accepted_values', column, values, conditional };
  }
  const columns = texts(file, argument(0, 'columns'));
  if (columns.length === 0) return null;
  if (macro === 'is_unique') {
    return { table, lines, declares: 'key', columns, test: 'is_unique', by: 'test', ...clause(1) };
  }
  return { table, lines, declares: 'not_null', columns, conditional: clause(1).conditional };
}

/** The where clause's text; of an expression that is not a string, its source; undefined for None. */
function whereText(file: PyFile, node: PyNode): string | undefined {
  if (node.name === 'None') return undefined;
  return texts(file, node)[0] ?? file.source(node);
}

function texts(file: PyFile, node: PyNode | undefined): string[] {
  if (node === undefined) return [];
  if (node.name === 'String') return [stringText(file.source(node))];
  if (node.name === 'ContinuedString')
    return [
      allChildren(node)
        .map((n) => stringText(file.source(n)))
        .join(''),
    ];
  if (node.name === 'ArrayExpression' || node.name === 'TupleExpression') {
    return parts(node).flatMap((child) => texts(file, child));
  }
  return [];
}
