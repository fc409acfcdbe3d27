import { pageOf, refused, type ToolOutput } from '../../../inference/model/tool-output.ts';
import { flat } from '../../../inference/model/claim-text.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import { redact } from '../../../knowledge/redact.ts';
import type { CitedCode } from '../cited-code.ts';
import { folderPath } from './paths.ts';

/** Folders, each with how many files it holds, then files. */
export function listFolder(code: CitedCode, input: ToolInput<'list_folder'>): ToolOutput {
  const found = folderPath(input.path);
  if ('problem' in found) return refused(found.problem);
  const { folder } = found;
  const folders = new Map<string, number>();
  const files: string[] = [];
  for (const path of code.paths) {
    if (!path.startsWith(folder)) continue;
    const [name = '', ...rest] = path.slice(folder.length).split('/');
    if (rest.length === 0) files.push(name);
    else folders.set(name, (folders.get(name) ?? 0) + 1);
  }
  if (folders.size + files.length === 0) return refused('There is no such folder at this commit.');
  const count = (files_: number) => (files_ === 1 ? '1 file' : `${files_} files`);
  const lines = [...[...folders].map(([name, of]) => `${name}/ (${count(of)})`), ...files];
  return pageOf(lines.map((line) => ({ text: redact(flat(line)) })), input.page); // prettier-ignore
}
