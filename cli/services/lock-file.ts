import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../schema/contracts/errors.ts';
import { identify, isProcessIdentity, livenessOf } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Somebody else holds the lock. Retrying helps only after the holder has ended. */
export class LockHeldError extends UserError {
  readonly holder: ProcessIdentity;

  constructor(path: string, what: string, holder: ProcessIdentity) {
    super(
      livenessOf(holder) === 'unknown'
        ? `${what} was in use by process ${holder.pid} on ${holder.host}, which cannot be checked from here. ` +
            `If that process has ended, remove ${path} and try again.`
        : `${what} is in use by process ${holder.pid} (lock ${path}). Stop that process first, or use another data folder.`,
    );
    this.holder = holder;
  }
}

export interface LockFile {
  /** Frees the lock. Safe to call twice. */
  release(): void;
}

const patienceMs = 5000;

/**
 * Takes the lock at `path` for this process, or throws `LockHeldError`. `what` names the locked thing in the error ("The
 * database in /data"). Blocks for milliseconds, at most 5 s, while others try at the same time.
 *
 * The lock is a folder of claims, one file per claimant. Whoever finds no other living claimant after making its own
 * claim holds the lock: of two, the later one always sees the earlier. A claim's name is never used again, so the claims
 * of the dead can be removed without ever hitting a living one, which a single file to take over would not allow. The
 * file `holder` only tells a holder from one who tries: for the former one does not wait.
 */
export function acquireLock(path: string, what: string): LockFile {
  const self = JSON.stringify(identify(process.pid));
  for (const deadline = Date.now() + patienceMs; ; pause()) {
    const claim = `${process.pid}-${randomBytes(6).toString('hex')}`;
    writeWhole(path, claim, self);
    const others = livingClaims(path).filter(([name]) => name !== claim);
    const [first] = others;
    if (first === undefined) {
      writeWhole(path, 'holder', claim);
      return { release: () => withdraw(path, claim) };
    }
    withdraw(path, claim);
    const holder = others.find(([name]) => name === readOrNull(join(path, 'holder')));
    if (holder !== undefined) throw new LockHeldError(path, what, holder[1]);
    if (Date.now() > deadline) throw new LockHeldError(path, what, first[1]);
  }
}

/** Claims whose process lives or cannot be checked; those of the dead are removed on the way. */
function livingClaims(path: string): [name: string, claimant: ProcessIdentity][] {
  return readdirSync(path).flatMap((name): [string, ProcessIdentity][] => {
    const text = name.startsWith('.') || name === 'holder' ? null : readOrNull(join(path, name));
    if (text === null) return [];
    const claimant = parseIdentity(text);
    if (claimant !== null && livenessOf(claimant) !== 'dead') return [[name, claimant]];
    rmSync(join(path, name), { force: true });
    return [];
  });
}

/** Appears with its whole content, or not at all. The folder may go at any moment, with its last claim. */
function writeWhole(path: string, name: string, content: string): void {
  const draft = join(path, `.${name}.${process.pid}`);
  for (;;) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(draft, content);
      renameSync(draft, join(path, name));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function withdraw(path: string, claim: string): void {
  if (readOrNull(join(path, 'holder')) === claim) rmSync(join(path, 'holder'), { force: true });
  rmSync(join(path, claim), { force: true });
  try {
    rmdirSync(path);
  } catch {
    // Others are in it.
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 40);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProcessIdentity(value) ? value : null;
  } catch {
    return null;
  }
}
