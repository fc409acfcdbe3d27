/** Rendering a parsed template: the public face of this folder. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Stmt, Template } from './ast.ts';
import { JinjaError, JinjaLimitError } from './error.ts';
import { ReturnSignal } from './evaluate.ts';
import { execute } from './execute.ts';
import { globals } from './globals.ts';
import { lineMap, Output, type Segment } from './output.ts';
import { Runtime, type MacroUse, type RuntimeOptions } from './runtime.ts';

export { parseTemplate } from './parser.ts';
export { locate, type Segment } from './output.ts';
export type { Template } from './ast.ts';

export interface Rendering {
  text: string;
  /** Sorted by `from`; see `locate`. */
  lineMap: Segment[];
  diagnostics: Diagnostic[];
  /** Macros that ran, in the order of their first call. */
  trace: MacroUse[];
}

/**
 * Renders `body` (default: the whole template). Never throws for what the template does, unless `options.unknown` is `throw`:
 * what fails is a diagnostic with file and line, and a budget that runs out ends the text where it stood.
 */
export function render(
  template: Template,
  options: Partial<RuntimeOptions> = {},
  body: readonly Stmt[] = template.body,
): Rendering {
  const lookup = options.lookup ?? (() => undefined);
  const rt = new Runtime(template.path, {
    ...options,
    lookup: (name) => {
      const value = lookup(name);
      return value === undefined ? globals.get(name) : value;
    },
  });
  for (const { name, line } of template.unknownTags) {
    rt.line = line;
    rt.report('warning', 'jinja.unknown_tag', `tag ${name} is unknown and was passed over`);
  }
  const out = new Output(template.path);
  try {
    execute(body, rt.root, out, rt);
  } catch (error) {
    if (!(error instanceof ReturnSignal)) stopped(error, rt);
  }
  const rendered = out.finish();
  return {
    text: rendered.text,
    lineMap: lineMap(rendered),
    diagnostics: rt.diagnostics,
    trace: [...rt.macros.values()],
  };
}

function stopped(error: unknown, rt: Runtime): void {
  if (rt.options.unknown === 'throw' && error instanceof JinjaError) {
    throw new JinjaError(error.message, error.path ?? rt.path, error.line ?? rt.line);
  }
  if (error instanceof JinjaLimitError) rt.report('error', 'jinja.limit', error.message);
  // Self-referring values can exhaust the stack or a size limit of the engine underneath.
  else if (error instanceof RangeError) rt.report('error', 'jinja.limit', `stopped: ${error.message}`);
  else throw error;
}
