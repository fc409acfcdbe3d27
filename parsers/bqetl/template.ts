import { locate, parseTemplate, render } from '../jinja/jinja.ts';
import { Fn } from '../jinja/values.ts';
import { hole, templatesToHoles } from '../runtime-text.ts';

export interface RenderedSql {
  /** What only the run knows stands as holes. */
  readonly text: string;
  /** Line of the file for a line of the text. */
  readonly lineMap: (line: number) => number;
}

export const asksForInit = (text: string): boolean => /\bis_init\s*\(/.test(text);

/** Renders a query's Jinja. `init`: the first run of the table, `is_init()`, or a later one. A template that is broken keeps its text, its tags left out. */
export function renderSql(path: string, text: string, init: boolean): RenderedSql {
  const asWritten: RenderedSql = { text: templatesToHoles(text), lineMap: (line) => line };
  if (!/\{[{%#]/.test(text)) return asWritten;
  try {
    const rendering = render(parseTemplate(text, path), {
      lookup: (name) => (name === 'is_init' ? new Fn('is_init', () => init) : undefined),
      placeholder: (value) => hole(value.path ?? 'value'),
    });
    const complete = rendering.diagnostics.every((diagnostic) => diagnostic.severity !== 'error');
    if (!complete) return asWritten;
    return { text: rendering.text, lineMap: (line) => locate(rendering.lineMap, line)?.line ?? line };
  } catch {
    return asWritten;
  }
}
