/** Requests and answers as files of one folder: `0001.request.json`, `0001.request.md`, `0001.answer.json`, `0001.problem.txt`. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Exchange {
  /** `0001`. */
  readonly name: string;
  /** Waits for an answer that `read` takes; what it does not take is told in the problem file until it is mended. Throws when aborted. */
  answer<T>(read: (text: string) => { value: T } | { problem: string }, signal: AbortSignal): Promise<T>;
}

export interface ExchangeFolder {
  /** Writes a request down. One of the same bytes has its place already, with its answer. */
  begin(body: string, readable: (answerFile: string) => string): Exchange;
}

const everyMs = 200;

/** Takes up a folder where it was left. `tell` is called with each problem. */
export function openExchangeFolder(
  dir: string,
  tell: (name: string, problem: string | null) => void,
): ExchangeFolder {
  mkdirSync(dir, { recursive: true });
  const requests = readdirSync(dir).filter((file) => /^\d{4,}\.request\.json$/.test(file));
  const names = new Map(requests.map((file) => [hashOf(readFileSync(join(dir, file), 'utf8')), file.split('.')[0] ?? ''])); // prettier-ignore
  let last = Math.max(0, ...requests.map((file) => Number.parseInt(file)));

  function nameOf(body: string): string {
    const hash = hashOf(body);
    const known = names.get(hash);
    if (known !== undefined) return known;
    last += 1;
    const name = String(last).padStart(4, '0');
    names.set(hash, name);
    return name;
  }

  return {
    begin(body, readable) {
      const name = nameOf(body);
      const fileOf = (end: string) => join(dir, `${name}.${end}`);
      const answerFile = fileOf('answer.json');
      write(fileOf('request.json'), body);
      write(fileOf('request.md'), readable(`${name}.answer.json`));
      return {
        name,
        async answer(read, signal) {
          if (!existsSync(answerFile)) tell(name, null);
          let seen = '';
          let told = '';
          for (;;) {
            const text = existsSync(answerFile) ? readFileSync(answerFile, 'utf8') : '';
            const result = text === '' ? null : read(text);
            if (result !== null && 'value' in result) {
              rmSync(fileOf('problem.txt'), { force: true });
              return result.value;
            }
            // Seen twice alike: a file that is being written is no problem.
            if (result !== null && text === seen && text !== told) {
              write(fileOf('problem.txt'), `${result.problem}\n`);
              tell(name, result.problem);
              told = text;
            }
            seen = text;
            await pause(everyMs, undefined, { signal });
          }
        },
      };
    },
  };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** At once: a program that waits for the file finds all of it. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
}
