import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isProcessIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The services of a data folder, in the order in which they are ended. */
export const serviceNames = ['worker', 'temporal', 'database'] as const;
export type ServiceName = (typeof serviceNames)[number];

const identity = z.custom<ProcessIdentity>(isProcessIdentity);

const pidFileSchema = z.object({
  version: z.literal(1),
  launcher: identity,
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** Null: not ours, so not kept here (it may hold a secret of somebody else's). */
  databaseUrl: z.string().nullable(),
  temporalAddress: z.string().nullable(),
  temporalUiUrl: z.string().nullable(),
  /** Processes that the launcher has started; one that is absent is not running. */
  services: z.partialRecord(z.enum(serviceNames), identity),
});

/** `services.json` in a data folder: what its launcher has started. Written by the launcher only. */
export type PidFile = z.infer<typeof pidFileSchema>;

const pathIn = (dataDir: string): string => join(dataDir, 'services.json');

/** Null when there is none, or none that can be understood. */
export function readPidFile(dataDir: string): PidFile | null {
  try {
    return pidFileSchema.parse(JSON.parse(readFileSync(pathIn(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

/** Readers see the old file or the new one, never a part. Only the owner may read it: the URL holds a password. */
export function writePidFile(dataDir: string, file: PidFile): void {
  const path = pathIn(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removePidFile(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
}
