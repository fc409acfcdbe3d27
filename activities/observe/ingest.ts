/** Reads query logs that are new or changed, once each. Only normalised texts and keys of people are kept. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { relative, resolve } from 'node:path';
import { normaliseQuery } from '../../knowledge/rank/normalise-query.ts';
import { personKey } from '../../knowledge/rank/person-key.ts';
import { readPeople } from '../../parsers/annotations/read.ts';
import { roleOf } from '../../parsers/annotations/roles.ts';
import { readLog } from '../../parsers/query-log/stream.ts';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Role } from '../../schema/contracts/usage.ts';
import { placeLogs } from '../../store/log-places.ts';
import { findLogFiles, ingestLogFile, type TemplateDay } from '../../store/usage.ts';
import type { RunHandle } from '../contract.ts';
import { filesOf, namedFile } from '../named-files.ts';
import type { ActivityDeps } from '../deps.ts';
import { replaceDiagnostics } from '../diagnostics.ts';
import { hashOf } from '../hash.ts';

export interface Ingested {
  /** Logs that were read now, and that were known. */
  readonly files: number;
  readonly known: number;
  /** What could not be read of all logs that there are, whenever they were read. */
  readonly problems: readonly Diagnostic[];
}

/** Of one log so many rows that cannot be read are told of; the rest are counted. */
const mostProblems = 5;

type LogSource = RepoConfig['logs'][number];
type Deps = Pick<ActivityDeps, 'db' | 'configDir' | 'personSalt'>;

export async function ingest(
  deps: Deps,
  handle: RunHandle,
  config: RepoConfig,
  signal: AbortSignal,
): Promise<Ingested> {
  const { db, configDir } = deps;
  const roles = await rolesOf(deps, handle, config);
  const logs = await findLogs(config, configDir, roles.hash, signal);
  await placeLogs(db, handle.repo, logs);
  const stored = await findLogFiles(db, handle.repo);
  const problems: Diagnostic[] = [];
  let files = 0;
  let known = 0;
  for (const { path: name, hash, source, dialect } of logs) {
    signal.throwIfAborted();
    const before = stored.get(hash);
    if (before !== undefined) {
      known += 1;
      problems.push(...before.problems.map((problem) => ({ ...problem, path: name })));
      continue;
    }
    const log = await readLogFile(resolve(configDir, name), name, source, dialect, roles.roleOf, deps.personSalt); // prettier-ignore
    const file = { ...log.file, hash };
    await ingestLogFile(db, handle.repo, file, log.templates, log.days);
    stored.set(hash, file);
    problems.push(...log.file.problems);
    files += 1;
  }
  return { files, known, problems };
}

interface Roles {
  readonly roleOf: (user: string) => Role;
  /** Names what roles rest on. */
  readonly hash: string;
}

async function rolesOf(deps: Deps, handle: RunHandle, { people: path }: RepoConfig): Promise<Roles> {
  const read = path === undefined ? null : readPeople(path, await namedFile(deps.configDir, 'people', path));
  await replaceDiagnostics(deps, handle, { family: 'people', path }, read?.diagnostics ?? []);
  return {
    roleOf: read === null ? () => 'unknown' : roleOf(read.people),
    hash: hashOf(read?.people ?? null),
  };
}

interface FoundLog {
  /** Relative to the configuration. */
  readonly path: string;
  /** Of its content, then of all that decides what is read out of it: a log whose fields were named wrongly is read again. */
  readonly hash: string;
  readonly source: LogSource;
  readonly dialect: Dialect;
}

/** Each file once: where several entries of the configuration name it, the first counts. */
async function findLogs(
  { logs, dialect: usual = 'generic' }: RepoConfig,
  configDir: string,
  roles: string,
  signal: AbortSignal,
): Promise<FoundLog[]> {
  const found = new Map<string, FoundLog>();
  for (const source of logs) {
    const { preset, format, fields, dialect = usual } = source;
    const reading = hashOf({ preset, format, fields, dialect, roles });
    for (const file of await filesOf([source.path], configDir)) {
      signal.throwIfAborted();
      const path = relative(configDir, file);
      if (found.has(path)) continue;
      found.set(path, { path, hash: `${await hashFile(file)}.${reading}`, source, dialect });
    }
  }
  return [...found.values()];
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function readLogFile(
  path: string,
  name: string,
  source: LogSource,
  dialect: Dialect,
  roles: (user: string) => Role,
  salt: string,
) {
  const templates = new Map<string, string>();
  const days = new Map<
    string,
    {
      fingerprint: string;
      day: string;
      source: string;
      runs: number;
      failures: number;
      users: Set<string>;
      roles: Record<string, number>;
    }
  >();
  const problems: Diagnostic[] = [];
  let lines = 0;
  let badLines = 0;
  const options = {
    path: name,
    format: source.format ?? (path.endsWith('.csv') ? 'csv' : 'jsonl'),
    preset: source.preset,
    ...(source.fields ? { fields: source.fields } : {}),
    roleOf: roles,
  } as const;
  for await (const item of readLog(createReadStream(path, 'utf8'), options)) {
    lines += 1;
    if (!('entry' in item)) {
      badLines += 1;
      if (badLines <= mostProblems) problems.push(item.diagnostic);
      continue;
    }
    const { entry } = item;
    const { fingerprint, sql } = normaliseQuery(entry.sql, dialect);
    templates.set(fingerprint, sql);
    const day = entry.startedAt.slice(0, 10);
    const key = `${fingerprint} ${day} ${entry.source}`;
    const at = days.get(key) ?? {
      fingerprint,
      day,
      source: entry.source,
      runs: 0,
      failures: 0,
      users: new Set<string>(),
      roles: {},
    };
    at.runs += 1;
    if (!entry.succeeded) at.failures += 1;
    at.users.add(personKey(entry.user, salt));
    at.roles[entry.role] = (at.roles[entry.role] ?? 0) + 1;
    days.set(key, at);
  }
  if (badLines > mostProblems) problems.push(moreRows(name, badLines - mostProblems));
  const dates = [...days.values()].map((entry) => entry.day).sort();
  return {
    file: { path: name, dayFrom: dates[0] ?? null, dayTo: dates.at(-1) ?? null, lines, badLines, problems },
    templates: [...templates].map(([fingerprint, sql]) => ({ fingerprint, sql })),
    days: [...days.values()].map((entry): TemplateDay => ({ ...entry, users: [...entry.users].sort() })),
  };
}

const moreRows = (path: string, count: number): Diagnostic => ({
  code: 'query_log.row',
  severity: 'warning',
  message: `${count} more rows of this log are left out.`,
  path,
  fault: 'user',
});
