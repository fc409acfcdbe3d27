import type { Findings, TracedFiles } from '../reader.ts';
import { hole } from '../runtime-text.ts';
import { interpret } from '../typescript/interpret.ts';
import { printed, textOf, entry, type Value } from '../typescript/values.ts';
import { actionTypes, addAction, type Action, type RenderedText } from './action.ts';
import { importedFrom, type ProjectCode } from './code.ts';
import { contextFunctions, contextValue, type QueryContext } from './context.ts';
import { addressOf, type Address } from './names.ts';
import { splitSqlx, templatePieces, type SqlxFile, type SqlxPart } from './sqlx.ts';
import type { LoadedProject } from './load.ts';

/** The configuration of a `.sqlx` file and the address that it gives. */
export function sqlxHead(
  path: string,
  file: SqlxFile,
  project: Pick<LoadedProject, 'settings' | 'code'>,
): { config: Value | undefined; address: Address } {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.sqlx$/, '');
  const config =
    file.config === undefined
      ? undefined
      : valueOf(path, file.config.text, file.config.line, withJs(path, file, project));
  return { config, address: addressOf(config, name, project.settings) };
}

export function readSqlx(
  path: string,
  text: string,
  project: LoadedProject,
  files: TracedFiles,
  out: Findings,
): void {
  const file = splitSqlx(text);
  const { config, address } = sqlxHead(path, file, project);
  const type = textOf(entry(config, 'type')) ?? 'operations';
  if (!actionTypes.test(type)) return;
  const code = withJs(path, file, project);
  const render = (part: SqlxPart, incremental: boolean): RenderedText => {
    const context: QueryContext = {
      self: address,
      incremental,
      index: project.index,
      settings: project.settings,
      files,
    };
    const ctx: [string, Value] = ['ctx', contextValue(context)];
    const globals = new Map([...code.globals, ctx, ...contextFunctions(context)]);
    return renderPart(path, part, { ...code, globals });
  };
  const query = { text: file.query, line: 1 };
  const isOperation = type === 'operations';
  const full = render(query, false);
  const later = type === 'incremental' ? render(query, true) : undefined;
  const lastLine = text.trimEnd().split('\n').length;
  const action: Action = {
    type: type as Action['type'],
    address,
    config,
    lines: [1, lastLine],
    ...(type === 'declaration' || full.text.trim() === ''
      ? {}
      : { query: isOperation ? { ...full, text: statements(full.text) } : full }),
    ...(later === undefined || later.text === full.text ? {} : { incremental: later }),
    operations: [...file.preOperations, ...file.postOperations].map((part) => {
      const rendered = render(part, true);
      return { ...rendered, text: statements(rendered.text) };
    }),
  };
  addAction(action, path, project.settings.dialect, out);
}

/** Operations are split by lines of dashes. */
const statements = (text: string): string => text.replace(/^[ \t]*---+[ \t]*$/gm, ';');

/** With constants and functions of the file's own `js` blocks. */
function withJs(
  path: string,
  file: SqlxFile,
  { settings, code }: Pick<LoadedProject, 'settings' | 'code'>,
): ProjectCode {
  const globals = new Map(code.globals);
  for (const { text, line } of file.js) {
    const { scope } = interpret(path, text, {
      dialect: settings.dialect,
      libraries: [],
      globals,
      importModule: (specifier) => importedFrom(specifier, path, code),
      firstLine: line,
      uncalled: false,
    });
    for (const [name, value] of scope.names) globals.set(name, value);
  }
  return { ...code, globals };
}

function valueOf(path: string, source: string, line: number, code: ProjectCode): Value | undefined {
  const { exports } = interpret(path, `module.exports = (${source}\n)`, {
    dialect: 'generic',
    libraries: [],
    globals: code.globals,
    importModule: (specifier) => importedFrom(specifier, path, code),
    firstLine: line,
    uncalled: false,
  });
  return exports.get('default');
}

/** Puts a query together; each line of the result knows its line of the file. */
function renderPart(path: string, part: SqlxPart, code: ProjectCode): RenderedText {
  let text = '';
  const lines = [part.line];
  let line = part.line;
  const append = (piece: string, last: number): void => {
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) {
      line = Math.min(line + 1, last);
      lines.push(line);
    }
    text += piece;
  };
  for (const piece of templatePieces(part.text, part.line)) {
    if (piece.text !== undefined) append(piece.text, Number.POSITIVE_INFINITY);
    else if (piece.code !== undefined) {
      const end = piece.line + piece.code.split('\n').length - 1;
      const value = valueOf(path, piece.code, piece.line, code);
      append(value === undefined ? hole(piece.code) : value.is === 'none' ? '' : printed(value), end);
      line = end;
    }
  }
  return { text, lineMap: (at) => lines[at - 1] ?? line };
}
