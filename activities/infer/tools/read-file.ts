import { numberedLine } from '../../../inference/model/shown.ts';
import { fitting } from '../../../inference/model/tokens.ts';
import { outputTokens, refused, type ToolOutput } from '../../../inference/model/tool-output.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import type { CitedCode } from '../cited-code.ts';
import { noSuchFile } from './paths.ts';

/** Numbered lines of a file, as many as fit. */
export async function readFile(code: CitedCode, input: ToolInput<'read_file'>): Promise<ToolOutput> {
  const { path } = input;
  const problem = noSuchFile(code, path);
  if (problem !== null) return refused(problem);
  const lines = await code.lines(path);
  if (lines === null) return refused('This file holds no text.');
  if (lines.length === 0) return refused('This file is empty.');
  const from = input.from ?? 1;
  const to = Math.min(input.to ?? lines.length, lines.length);
  if (from < 1 || to < from) return refused(`There are no such lines: the file has ${lines.length}.`);
  const numbered = lines.slice(from - 1, to).map((line, index) => numberedLine(from + index, line));
  const last = from - 1 + fitting(numbered, outputTokens);
  const rest =
    last < to
      ? `\n… Cut: lines ${last + 1} to ${to} do not fit here. Read on from line ${last + 1}.`
      : last < lines.length
        ? `\n… The file goes on to line ${lines.length}.`
        : '';
  return { text: numbered.slice(0, last - from + 1).join('\n') + rest, shown: [{ path, from, to: last }] };
}
