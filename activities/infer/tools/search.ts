import { RE2JS } from 're2js';
import { flat } from '../../../inference/model/claim-text.ts';
import { numberedLine } from '../../../inference/model/shown.ts';
import { estimateTokens } from '../../../inference/model/tokens.ts';
import {
  outputTokens,
  refused,
  type OutputLine,
  type ToolOutput,
} from '../../../inference/model/tool-output.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import { redact } from '../../../knowledge/redact.ts';
import type { CitedCode } from '../cited-code.ts';
import { globMatcher } from './glob.ts';

const longestPattern = 500;
/** More pages are not counted, only those that are asked for. */
const pagesCounted = 10;
/** What one search looks through, so that it ends in seconds. */
const mostCharacters = 100_000_000;
const filesAtOnce = 50;

type Matches = (line: string) => boolean;
interface Hit {
  readonly path: string;
  readonly number: number;
  readonly line: string;
}
/** How far a search came; `looked` files of all. */
interface Progress {
  looked: number;
  /** There was too much text to look through all of it. */
  cut: boolean;
}

/**
 * Lines that hold a text or match a regular expression, file by file, page by page; each page begins with the path of its first line. The engine takes time
 * linear in the text, whatever the pattern. A line counts only if it still matches as it is shown: so a search cannot find out what was redacted.
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

  const wanted = input.page ?? 1;
  const progress: Progress = { looked: 0, cut: false };
  const chosen: OutputLine[] = [];
  let pages = 0;
  let room = 0;
  let at: string | null = null;
  let uncounted = false;
  for await (const { path, number, line } of hitsIn(code, paths, matches, progress, signal)) {
    const text = numberedLine(number, line);
    const size = estimateTokens(`${text}\n`) + (path === at ? 0 : estimateTokens(`${path}\n`));
    if (pages === 0 || size > room) {
      if (pages > wanted && pages >= pagesCounted) {
        uncounted = true;
        break;
      }
      pages += 1;
      room = outputTokens;
      at = null;
    }
    room -= size;
    if (pages === wanted) {
      if (path !== at) chosen.push({ text: redact(flat(path)) });
      chosen.push({ text, shows: { path, from: number, to: number } });
    }
    at = path;
  }
  const cut = progress.cut ? `… Cut: there is too much text, only ${progress.looked} of ${paths.length} files were looked through. Narrow the glob.` : null; // prettier-ignore
  if (pages === 0) return refused(cut ?? 'No line matches.');
  if (chosen.length === 0) return refused(`There is no page ${wanted}: there are ${pages}.`);
  const next = wanted < pages ? ` Ask for page ${wanted + 1} for more.` : '';
  const narrow = uncounted ? ' Or narrow the pattern or the glob.' : '';
  const end = pages > 1 ? [`… Page ${wanted} of ${uncounted ? 'more than ' : ''}${pages}.${next}${narrow}`] : []; // prettier-ignore
  return {
    text: [...chosen.map(({ text }) => text), ...(cut === null ? [] : [cut]), ...end].join('\n'),
    shown: chosen.flatMap(({ shows }) => shows ?? []),
  };
}

/** The hits of all files, one after the other, as far as somebody asks for them. */
async function* hitsIn(
  code: CitedCode,
  paths: readonly string[],
  matches: Matches,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Hit> {
  let characters = 0;
  for (let from = 0; from < paths.length; from += filesAtOnce) {
    signal.throwIfAborted();
    progress.cut = characters >= mostCharacters;
    if (progress.cut) return;
    const some = paths.slice(from, from + filesAtOnce);
    const texts = await Promise.all(some.map((path) => code.rawLines(path)));
    progress.looked += some.length;
    for (const [index, raw] of texts.entries()) {
      characters += raw?.reduce((sum, line) => sum + line.length, 0) ?? 0;
      if (!raw?.some(matches)) continue;
      const path = some[index] as string;
      const lines = (await code.lines(path)) ?? [];
      for (const [before, line] of lines.entries())
        if (matches(line)) yield { path, number: before + 1, line };
    }
  }
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
