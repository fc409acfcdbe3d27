/** Queries through the readers in turn: the first reader's tree, the second reader's, and at last only the names of tables. */
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { Relation } from '../../../schema/contracts/relation.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import { convertQuery } from '../convert/query.ts';
import { rootEnv, type Env } from '../convert/env.ts';
import { readTree } from '../readers/read-tree.ts';
import { readQueryAgain } from '../readers/second-reader.ts';
import { readPipe } from './pipe.ts';
import { textOf, type Source, type SqlStatement } from './statement.ts';
import { tablesInTokens } from './token-reader.ts';
import type { Tree } from '../readers/tree.ts';

export interface ReadQuery {
  readonly status: SqlStatement['status'];
  readonly relation?: Relation;
  readonly reads: readonly NameRef[];
}

export function readQuery(source: Source): ReadQuery {
  const piped = source.tokens.some((token) => token.text === '|>') ? readPipe(source) : undefined;
  if (piped) return piped;
  const text = textOf(source);
  const first = readTree(text, source.dialect);
  const read = ('tree' in first && convertedQuery(first.tree, source)) || convertedAgain(text, source);
  if (read) return read;
  if ('error' in first) reportSyntax(first, source);
  return namesOnly(source);
}

function convertedQuery(tree: Tree, source: Source): ReadQuery | undefined {
  const relation = guarded(source, () => convertQuery(tree, envOf(source)));
  if (!relation) return undefined;
  const reads = readsOf(relation);
  const status = relation.op !== 'opaque' ? 'parsed' : reads.length > 0 ? 'opaque' : 'failed';
  return { status, relation, reads };
}

function convertedAgain(text: string, source: Source): ReadQuery | undefined {
  const tree = readQueryAgain(text, source.dialect);
  const read = tree && convertedQuery(tree, source);
  return read?.status === 'parsed' ? read : undefined;
}

/** The first reader's tree for a statement that the second one is not asked about; a failure is reported. */
export function treeOf(source: Source): Tree | undefined {
  const result = readTree(textOf(source), source.dialect);
  if ('tree' in result) return result.tree;
  reportSyntax(result, source);
  return undefined;
}

function reportSyntax(failure: { readonly error: string; readonly line: number }, source: Source): void {
  const line = source.lineFrom(source.tokens[0]!.start, failure.line);
  source.report('sql.syntax', failure.error.replace(/^Parse error at line \d+, column \d+: /, ''), line);
}

/** Runs a converter; a tree that it cannot cope with, or that is deeper than the stack, costs this statement only. */
export function guarded<T>(source: Source, convert: () => T): T | undefined {
  try {
    return convert();
  } catch (error) {
    const line = source.lineAt(source.tokens[0]!.start);
    if (error instanceof RangeError)
      source.report('sql.too_deep', 'The statement is nested too deeply to be read', line);
    else source.report('sql.unexpected_tree', `The syntax tree has an unknown shape: ${String(error)}`, line);
    return undefined;
  }
}

export function envOf(source: Source): Env {
  const start = source.tokens[0]!.start;
  const lineOf = (line: number) => source.lineFrom(start, line);
  return rootEnv({
    dialect: source.dialect,
    lineOf,
    variables: source.variables,
    report: (code, message, line) =>
      source.report(code, message, line === undefined ? undefined : lineOf(line)),
  });
}

/** The last resort: table names after FROM, JOIN and the like. */
export function namesOnly(source: Source): ReadQuery {
  const reads = tablesInTokens(source);
  if (reads.length === 0) return { status: 'failed', reads };
  return {
    status: 'opaque',
    reads,
    relation: { op: 'opaque', reads, reason: 'syntax', line: source.lineAt(source.tokens[0]!.start) },
  };
}
