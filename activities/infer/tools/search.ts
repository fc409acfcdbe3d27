import { RE2JS } from 're2js';
import { flat } from '../../../inference/model/claim-text.ts';
import { numberedLine } from '../../../inference/model/shown.ts';
import { pageOf, refused, type OutputLine, type ToolOutput } from '../../../inference/model/tool-output.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import { redact } from '../../../knowledge/redact.ts';
import type { CitedCode } from '../cited-code.ts';
import { globMatcher } from './glob.ts';

const longestPattern = 500;
/** Enough for every page that anybody reads; a wider search has to be narrowed. */
const mostLines = 500;
/** What one search looks through, so that it ends in seconds. */
const mostCharacters = 100_000_000;
const filesAtOnce = 50;

type Matches = (line: string) => boolean;

/**
 * Lines that hold a text or match a regular expression, file by file. The engine takes time linear in the text, whatever the pattern. A line counts only if
 * it still matches as it is shown: so a search cannot find out what was redacted.
 */
export async function search(
  code: CitedCode,
  input: ToolInput<'search'>,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const matches = matcher(input);
  if (typeof matches === 'string') return refused(matches);
  const inGlob = input.paths === null ? () => true : globMatcher(input.paths);
  const paths = inGlob && code.paths.filter(inGlob);
  if (!paths?.length) return refused('No file fits this glob.');
  const found: OutputLine[] = [];
  let lines = 0;
  let characters = 0;
  let cut: string | null = null;
  for (let at = 0; at < paths.length && cut === null; at += filesAtOnce) {
    signal.throwIfAborted();
    const some = paths.slice(at, at + filesAtOnce);
    const texts = await Promise.all(some.map((path) => code.rawLines(path)));
    for (const [index, raw] of texts.entries()) {
      const path = some[index] as string;
      characters += raw?.reduce((sum, line) => sum + line.length, 0) ?? 0;
      if (!raw?.some(matches)) continue;
      const hits = await hitsIn(code, path, matches);
      if (hits.length > 0) found.push({ text: redact(flat(path)) }, ...hits);
      lines += hits.length;
    }
    if (lines >= mostLines) cut = `… Cut after ${lines} lines: narrow the pattern or the glob.`;
    else if (characters >= mostCharacters)
      cut = '… Cut: there is too much text to look through all of it. Narrow the glob.';
  }
  if (found.length === 0) return refused(cut ?? 'No line matches.');
  return pageOf(cut === null ? found : [...found, { text: cut }], input.page);
}

async function hitsIn(code: CitedCode, path: string, matches: Matches): Promise<OutputLine[]> {
  const lines = (await code.lines(path)) ?? [];
  return lines.flatMap((line, index) => {
    const number = index + 1;
    if (!matches(line)) return [];
    return [{ text: numberedLine(number, line), shows: { path, from: number, to: number } }];
  });
}

/** Whether a line matches; or words for the model. */
function matcher({ pattern, regex, ignore_case }: ToolInput<'search'>): Matches | string {
  if (pattern.trim() === '') return 'The pattern is empty.';
  if (pattern.length > longestPattern) return `The pattern is longer than ${longestPattern} characters.`;
  if (!regex) {
    if (!ignore_case) return (line) => line.includes(pattern);
    const lower = pattern.toLowerCase();
    return (line) => line.toLowerCase().includes(lower);
  }
  try {
    const compiled = RE2JS.compile(pattern, ignore_case ? RE2JS.CASE_INSENSITIVE : 0);
    return (line) => compiled.test(line);
  } catch (error) {
    return `This is no RE2 expression: ${flat((error as Error).message).slice(0, 200)}`;
  }
}
