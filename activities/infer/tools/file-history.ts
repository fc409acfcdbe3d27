import { flat } from '../../../inference/model/claim-text.ts';
import { refused, type ToolOutput } from '../../../inference/model/tool-output.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import { personKey } from '../../../knowledge/rank/person-key.ts';
import { redact } from '../../../knowledge/redact.ts';
import { fileHistory, type FileChange } from '../../../source/history.ts';
import type { CitedCode } from '../cited-code.ts';
import { noSuchFile } from './paths.ts';

const perPage = 15;
const longestMessage = 600;
/** "Co-authored-by: Jane Doe <jane@example.com>". */
const trailer = /^[A-Z][\w-]*-by:.*$/gim;

/** Commits that changed a file: day, a key in place of the author's name, message. */
export async function fileHistoryOf(
  code: CitedCode,
  { path, page }: ToolInput<'file_history'>,
  salt: string,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const problem = noSuchFile(code, path);
  if (problem !== null) return refused(problem);
  const wanted = Math.max(1, page ?? 1);
  const range = { skip: (wanted - 1) * perPage, limit: perPage + 1 };
  const changes = await fileHistory(code.mirror, code.commit, path, range, signal);
  if (changes === null) return refused('The history of this file cannot be told.');
  if (changes.length === 0) return refused('There are no more commits of this file.');
  const lines = changes.slice(0, perPage).map((change) => changeLine(change, salt));
  const more = changes.length > perPage ? [`… Ask for page ${wanted + 1} for older commits.`] : [];
  return { text: [...lines, ...more].join('\n'), shown: [] };
}

function changeLine({ commit, date, author, message }: FileChange, salt: string): string {
  const why = flat(redact(message.replace(trailer, '')));
  const cut = why.length > longestMessage ? `${why.slice(0, longestMessage)}…` : why;
  return `- ${date} ${commit.slice(0, 10)} by ${personKey(author, salt)}: ${cut}`;
}
