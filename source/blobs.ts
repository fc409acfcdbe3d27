/** Reads blobs straight from the object store through one long-lived `git cat-file --batch`. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { SystemError } from '../schema/contracts/errors.ts';
import type { Mirror } from './mirror.ts';

export interface BlobReader {
  /** The blob's bytes, or null when the repository has no such blob. */
  read(blob: string): Promise<Buffer | null>;
  close(): void;
}

interface Waiting {
  readonly blob: string;
  readonly resolve: (bytes: Buffer | null) => void;
  readonly reject: (error: Error) => void;
}

/** Requests are answered in order; many may be under way. */
export function openBlobReader(mirror: Mirror): BlobReader {
  const child: ChildProcessWithoutNullStreams = spawn(
    'git',
    ['--git-dir', mirror.gitDir, 'cat-file', '--batch'],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        GIT_OPTIONAL_LOCKS: '0',
        GIT_NO_LAZY_FETCH: '1',
        LC_ALL: 'C',
      },
    },
  );
  const waiting: Waiting[] = [];
  let chunks: Buffer[] = [];
  let buffered = 0;
  let needed = 0;

  const fail = (message: string) => {
    const error = new SystemError(message, { next: 'The activity is tried again.' });
    for (const one of waiting.splice(0)) one.reject(error);
  };

  const drain = () => {
    if (buffered < needed) return;
    let buffer = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    needed = 0;
    while (waiting.length > 0) {
      const newline = buffer.indexOf(10);
      if (newline < 0) break;
      const [, type, sizeText] = buffer.toString('utf8', 0, newline).split(' ');
      if (type === 'missing' || type === 'ambiguous') {
        buffer = buffer.subarray(newline + 1);
        waiting.shift()?.resolve(null);
        continue;
      }
      const end = newline + 1 + Number(sizeText);
      if (buffer.length < end + 1) {
        needed = end + 1;
        break;
      }
      const bytes = Buffer.from(buffer.subarray(newline + 1, end));
      buffer = buffer.subarray(end + 1);
      waiting.shift()?.resolve(type === 'blob' ? bytes : null);
    }
    chunks = buffer.length > 0 ? [buffer] : [];
    buffered = buffer.length;
  };

  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    buffered += chunk.length;
    drain();
  });
  child.stderr.resume();
  child.stdin.on('error', () => fail('git cat-file stopped.'));
  child.on('error', (error) => fail(`Could not start git: ${error.message}`));
  child.on('close', () => fail('git cat-file ended before it answered.'));

  return {
    read(blob) {
      if (!/^[0-9a-f]{40,64}$/.test(blob)) return Promise.resolve(null);
      return new Promise((resolve, reject) => {
        waiting.push({ blob, resolve, reject });
        child.stdin.write(`${blob}\n`);
      });
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}

const nul = 0;

const lfsPointer = Buffer.from('version https://git-lfs.github.com/spec/');

/** Whether a blob only says where Git LFS keeps the file, which is not in the repository. */
export function isLfsPointer(bytes: Buffer): boolean {
  return bytes.length < 1_024 && bytes.subarray(0, lfsPointer.length).equals(lfsPointer);
}

/** The text of a blob. `null`: there is none to read, since it is binary (a NUL byte in the first 8,000, as git decides) or a Git LFS pointer. */
export function blobText(bytes: Buffer): { text: string; encoding: 'utf-8' | 'utf-16' | 'latin1' } | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: bytes.subarray(2).toString('utf16le'), encoding: 'utf-16' };
  if (bytes.subarray(0, 8_000).includes(nul) || isLfsPointer(bytes)) return null;
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: bytes.toString('latin1'), encoding: 'latin1' };
  }
}
