/**
 * The syntax tree of a Jinja template. Lines are 1-based lines of the template's own file.
 */
import type { Value } from './values.ts';

export interface Arg {
  value: Expr;
  /** Keyword name; absent for a positional argument. */
  name?: string;
  /** 1 for `*args`, 2 for `**kwargs`. */
  spread?: 1 | 2;
}

export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

export type Expr =
  | { kind: 'const'; line: number; value: Value }
  | { kind: 'name'; line: number; name: string }
  | { kind: 'list' | 'tuple'; line: number; items: Expr[] }
  | { kind: 'dict'; line: number; pairs: [Expr, Expr][] }
  | { kind: 'attr'; line: number; object: Expr; name: string }
  | { kind: 'item'; line: number; object: Expr; index: Expr }
  | { kind: 'slice'; line: number; object: Expr; start: Expr | null; stop: Expr | null; step: Expr | null }
  | { kind: 'call'; line: number; fn: Expr; args: Arg[] }
  | { kind: 'filter'; line: number; input: Expr | null; name: string; args: Arg[] }
  | { kind: 'test'; line: number; input: Expr; name: string; args: Arg[]; negated: boolean }
  | { kind: 'negate' | 'plus' | 'not'; line: number; operand: Expr }
  | { kind: 'binary'; line: number; op: BinaryOp; left: Expr; right: Expr }
  | { kind: 'and' | 'or'; line: number; left: Expr; right: Expr }
  | { kind: 'compare'; line: number; first: Expr; rest: { op: CompareOp; value: Expr }[] }
  | { kind: 'concat'; line: number; parts: Expr[] }
  | { kind: 'cond'; line: number; test: Expr; then: Expr; otherwise: Expr | null };

export interface Param {
  name: string;
  default: Expr | null;
}

/** What a `set` or `for` binds: a name, a namespace attribute or a tuple of targets. */
export type Target =
  | { kind: 'name'; name: string }
  | { kind: 'attr'; object: string; name: string }
  | { kind: 'tuple'; items: Target[] };

export interface MacroStmt {
  kind: 'macro';
  line: number;
  endLine: number;
  name: string;
  params: Param[];
  body: Stmt[];
  /** Which implicit variables the body mentions; extra arguments are errors where it mentions none. */
  uses: { varargs: boolean; kwargs: boolean; caller: boolean };
}

/** A dbt block that a plain render skips: its body is rendered on request. */
export interface BlockStmt {
  kind: 'block';
  line: number;
  endLine: number;
  type: 'snapshot' | 'materialization' | 'test' | 'docs';
  name: string;
  params: Param[];
  body: Stmt[];
  uses: MacroStmt['uses'];
}

export type Stmt =
  | { kind: 'data'; line: number; text: string }
  | { kind: 'output'; line: number; expr: Expr }
  | { kind: 'if'; line: number; branches: { test: Expr; body: Stmt[] }[]; otherwise: Stmt[] }
  | {
      kind: 'for';
      line: number;
      target: Target;
      iter: Expr;
      where: Expr | null;
      recursive: boolean;
      body: Stmt[];
      otherwise: Stmt[];
    }
  | { kind: 'set'; line: number; target: Target; value: Expr }
  | { kind: 'setBlock'; line: number; target: Target; filter: Expr | null; body: Stmt[] }
  | { kind: 'call'; line: number; call: Expr; params: Param[]; body: Stmt[] }
  | { kind: 'filterBlock'; line: number; filter: Expr; body: Stmt[] }
  | { kind: 'with'; line: number; bindings: { target: Target; value: Expr }[]; body: Stmt[] }
  | { kind: 'do'; line: number; expr: Expr }
  | { kind: 'scope'; line: number; body: Stmt[] }
  | MacroStmt
  | BlockStmt;

export interface Template {
  path: string;
  body: Stmt[];
  macros: MacroStmt[];
  blocks: BlockStmt[];
  /** Tags that the parser did not know and passed over. */
  unknownTags: { name: string; line: number }[];
}
