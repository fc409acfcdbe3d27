/** Tokens → statements: Jinja's tags and dbt's (`do`, `materialization`, `test`, `snapshot`, `docs`). */
import { own } from '../../schema/contracts/own.ts';
import type { BlockStmt, Expr, MacroStmt, Param, Stmt, Target, Template } from './ast.ts';
import { Cursor } from './cursor.ts';
import { lex } from './lexer.ts';
import { parseExpression, parseFilter, parseTuple } from './parse-expression.ts';

const BLOCK_TAGS: Record<string, BlockStmt['type']> = {
  snapshot: 'snapshot',
  materialization: 'materialization',
  test: 'test',
  data_test: 'test',
  docs: 'docs',
};

/**
 * @param path the template's file, kept in every trace and error
 * @throws JinjaError with path and line for a syntax error
 */
export function parseTemplate(source: string, path: string): Template {
  return new Parser(new Cursor(lex(source, path), path)).template();
}

class Parser {
  private readonly cursor: Cursor;
  private readonly result: Template;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
    this.result = { path: cursor.path, body: [], macros: [], blocks: [], unknownTags: [] };
  }

  template(): Template {
    this.result.body = this.statements([]);
    return this.result;
  }

  /** Statements up to one of the `until` tags, whose name is left as the next token; with none, up to the end. */
  private statements(until: readonly string[]): Stmt[] {
    const { cursor } = this;
    const body: Stmt[] = [];
    const opened = cursor.token.line;
    for (;;) {
      const token = cursor.next();
      if (token.type === 'data') body.push({ kind: 'data', line: token.line, text: token.value });
      else if (token.type === 'varBegin') {
        if (cursor.skip('varEnd')) continue;
        body.push({ kind: 'output', line: token.line, expr: parseTuple(cursor) });
        cursor.expect('varEnd');
      } else if (token.type === 'blockBegin') {
        if (cursor.is('name') && until.includes(cursor.token.value)) return body;
        const statement = cursor.nested(() => this.tag());
        if (statement) body.push(statement);
      } else if (until.length > 0) cursor.fail(`{% ${until.at(-1) ?? ''} %} is missing`, opened);
      else return body;
    }
  }

  private value(ternary = true): Expr {
    return parseTuple(this.cursor, ternary);
  }

  private block(...until: string[]): Stmt[] {
    this.cursor.expect('blockEnd');
    return this.statements(until);
  }

  private end(): void {
    this.cursor.next();
    // `{% endmacro name %}` and `{% endif -%}`: whatever stands behind the word is a comment to dbt.
    while (!this.cursor.is('blockEnd') && !this.cursor.is('eof')) this.cursor.next();
    this.cursor.expect('blockEnd');
  }

  private tag(): Stmt | null {
    const { cursor } = this;
    const { value: name, line } = cursor.expect('name');
    switch (name) {
      case 'if':
        return this.ifTag(line);
      case 'for':
        return this.forTag(line);
      case 'set':
        return this.setTag(line);
      case 'macro':
        return this.macroTag(line);
      case 'call':
        return this.callTag(line);
      case 'filter':
        return this.filterTag(line);
      case 'with':
        return this.withTag(line);
      case 'do': {
        const expr = this.value();
        cursor.expect('blockEnd');
        return { kind: 'do', line, expr };
      }
      case 'block':
      case 'autoescape': {
        while (!cursor.is('blockEnd')) cursor.next();
        const body = this.block(`end${name}`);
        this.end();
        return { kind: 'scope', line, body };
      }
    }
    const block = own(BLOCK_TAGS, name);
    return block ? this.dbtBlock(name, block, line) : this.unknownTag(name, line);
  }

  private unknownTag(name: string, line: number): null {
    if (name.startsWith('end') || name === 'else' || name === 'elif')
      this.cursor.fail(`{% ${name} %} closes nothing`, line);
    this.result.unknownTags.push({ name, line });
    while (!this.cursor.is('blockEnd') && !this.cursor.is('eof')) this.cursor.next();
    this.cursor.expect('blockEnd');
    return null;
  }

  private ifTag(line: number): Stmt {
    const branches: { test: Expr; body: Stmt[] }[] = [];
    let otherwise: Stmt[] = [];
    const test = this.value();
    branches.push({ test, body: this.block('elif', 'else', 'endif') });
    while (this.cursor.skip('name', 'elif')) {
      const next = this.value();
      branches.push({ test: next, body: this.block('elif', 'else', 'endif') });
    }
    if (this.cursor.skip('name', 'else')) otherwise = this.block('endif');
    this.end();
    return { kind: 'if', line, branches, otherwise };
  }

  private forTag(line: number): Stmt {
    const { cursor } = this;
    const target = this.target();
    cursor.expect('name', 'in');
    const iter = this.value(false);
    const where = cursor.skip('name', 'if') ? parseExpression(cursor) : null;
    const recursive = cursor.skip('name', 'recursive');
    const body = this.block('else', 'endfor');
    const otherwise = cursor.skip('name', 'else') ? this.block('endfor') : [];
    this.end();
    return { kind: 'for', line, target, iter, where, recursive, body, otherwise };
  }

  private target(): Target {
    const { cursor } = this;
    const one = (): Target => {
      if (cursor.skip('op', '(')) {
        const inner = this.target();
        cursor.expect('op', ')');
        return inner;
      }
      const { value: name } = cursor.expect('name');
      return cursor.skip('op', '.')
        ? { kind: 'attr', object: name, name: cursor.expect('name').value }
        : { kind: 'name', name };
    };
    const first = one();
    if (!cursor.is('op', ',')) return first;
    const items = [first];
    while (cursor.skip('op', ',')) if (cursor.is('name') || cursor.is('op', '(')) items.push(one());
    return { kind: 'tuple', items };
  }

  private setTag(line: number): Stmt {
    const { cursor } = this;
    const target = this.target();
    if (cursor.skip('op', '=')) {
      const value = this.value();
      cursor.expect('blockEnd');
      return { kind: 'set', line, target, value };
    }
    const filter = this.filters(cursor.skip('op', '|'));
    const body = this.block('endset');
    this.end();
    return { kind: 'setBlock', line, target, filter, body };
  }

  private filters(present: boolean): Expr | null {
    if (!present) return null;
    let filter = parseFilter(this.cursor, null);
    while (this.cursor.is('op', '|')) filter = parseFilter(this.cursor, filter);
    return filter;
  }

  private params(): Param[] {
    const { cursor } = this;
    const params: Param[] = [];
    if (!cursor.skip('op', '(')) return params;
    while (!cursor.skip('op', ')')) {
      const { value: name } = cursor.expect('name');
      // dbt's macro signatures may carry a type behind a colon; it says nothing to a renderer.
      if (cursor.skip('op', ':')) parseExpression(cursor);
      params.push({ name, default: cursor.skip('op', '=') ? parseExpression(cursor) : null });
      if (!cursor.is('op', ')')) cursor.expect('op', ',');
    }
    return params;
  }

  /** A body whose use of varargs, kwargs and caller is watched. */
  private watched(until: string): { body: Stmt[]; uses: MacroStmt['uses']; endLine: number } {
    const outer = this.cursor.mentions;
    const mentions = (this.cursor.mentions = new Set());
    const body = this.block(until);
    const uses = {
      varargs: mentions.has('varargs'),
      kwargs: mentions.has('kwargs'),
      caller: mentions.has('caller'),
    };
    this.cursor.mentions = outer;
    const endLine = this.cursor.token.line;
    this.end();
    return { body, uses, endLine };
  }

  private macroTag(line: number): Stmt {
    const { value: name } = this.cursor.expect('name');
    const params = this.params();
    const macro: MacroStmt = { kind: 'macro', line, name, params, ...this.watched('endmacro') };
    this.result.macros.push(macro);
    return macro;
  }

  private dbtBlock(tag: string, type: BlockStmt['type'], line: number): Stmt {
    const { cursor } = this;
    const { value: name } = cursor.expect('name');
    const params = type === 'test' ? this.params() : [];
    while (!cursor.is('blockEnd') && !cursor.is('eof')) cursor.next();
    const block: BlockStmt = { kind: 'block', type, line, name, params, ...this.watched(`end${tag}`) };
    this.result.blocks.push(block);
    return block;
  }

  private callTag(line: number): Stmt {
    const params = this.params();
    const call = this.value();
    const body = this.block('endcall');
    this.end();
    return { kind: 'call', line, call, params, body };
  }

  private filterTag(line: number): Stmt {
    const filter = this.filters(true) as Expr;
    const body = this.block('endfilter');
    this.end();
    return { kind: 'filterBlock', line, filter, body };
  }

  private withTag(line: number): Stmt {
    const { cursor } = this;
    const bindings: { target: Target; value: Expr }[] = [];
    while (!cursor.is('blockEnd')) {
      const target = this.target();
      cursor.expect('op', '=');
      bindings.push({ target, value: parseExpression(cursor) });
      if (!cursor.is('blockEnd')) cursor.expect('op', ',');
    }
    const body = this.block('endwith');
    this.end();
    return { kind: 'with', line, bindings, body };
  }
}
