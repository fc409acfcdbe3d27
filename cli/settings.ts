/** Settings: read once from the command line, the environment and `tablelore.yml`; frozen; fails loudly. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../schema/contracts/config.ts';
import { UserError } from '../schema/contracts/errors.ts';
import { parseConfig } from './parse-config.ts';

export { parseConfig };

export interface Settings {
  /** Absolute. Holds mirrors, the embedded services' data, logs. */
  readonly dataDir: string;
  readonly config: Config;
  /** Absolute path of the configuration file that was read. */
  readonly configPath: string;
  /** What relative paths in the configuration are relative to. */
  readonly configDir: string;
  /** Own Postgres; null: the embedded one. */
  readonly databaseUrl: string | null;
  /** Own Temporal; null: one is started. */
  readonly temporal: TemporalSettings;
  /** Of the own server's UI, for links; null: not told. */
  readonly temporalUiUrl: string | null;
  /** The launcher told a worker that the database is the embedded one, whose upkeep falls to the worker. */
  readonly embeddedDatabase: boolean;
  /** Signs notices to the webhook. */
  readonly webhookSecret: string | null;
  readonly openaiKey: string | null;
  /** Null: OpenAI's own server. */
  readonly openaiBaseUrl: string | null;
}

export interface TemporalSettings {
  readonly address: string | null;
  readonly namespace: string;
  readonly apiKey: string | null;
  /** True, or paths of a client certificate and key (PEM), and of a CA. */
  readonly tls: boolean | { cert?: string; key?: string; ca?: string; serverName?: string };
}

export interface SettingsFlags {
  readonly dataDir?: string | undefined;
  readonly config?: string | undefined;
}

/** Where `start` works on the fixture, and other commands where nothing else is named. */
const defaultDataDir = '.tablelore/demo';
/** A text file that names the data folder that was started last, as seen from the current folder. `start` writes it. */
export const currentDataDirFile = '.tablelore/current';

/**
 * Where the configuration is looked for, first found wins: `--config`, `TABLELORE_CONFIG`, a data folder named by flag or environment, the current folder,
 * the data folder. Null: there is none.
 */
export function findConfig(flags: SettingsFlags, environment: NodeJS.ProcessEnv, cwd: string): string | null {
  const explicit = flags.config || environment.TABLELORE_CONFIG;
  if (explicit) {
    const path = resolve(cwd, explicit);
    if (!existsSync(path))
      throw new UserError(`There is no configuration at ${path}.`, {
        next: 'Check --config or TABLELORE_CONFIG.',
      });
    return path;
  }
  const folders = [cwd, resolveDataDir(flags, environment, cwd)];
  if (isNamed(flags, environment)) folders.reverse();
  return firstConfig(folders);
}

const isNamed = (flags: SettingsFlags, environment: NodeJS.ProcessEnv): boolean =>
  Boolean(flags.dataDir || environment.TABLELORE_DATA_DIR);

const firstConfig = (folders: readonly string[]): string | null =>
  folders.map((folder) => join(folder, 'tablelore.yml')).find((path) => existsSync(path)) ?? null;

/** Absolute; first found wins: `--data-dir`, `TABLELORE_DATA_DIR`, the folder that was started last here, `.tablelore/demo`. It need not exist. */
export function resolveDataDir(flags: SettingsFlags, environment: NodeJS.ProcessEnv, cwd: string): string {
  return resolve(cwd, flags.dataDir || environment.TABLELORE_DATA_DIR || startedLast(cwd) || defaultDataDir);
}

export function startedLast(cwd: string): string | null {
  const file = join(cwd, currentDataDirFile);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() || null : null;
}

/**
 * Settings of a command. Nothing being named, they are of what was started last: its own configuration stands before that of the current folder.
 * Throws a `UserError` when there is no configuration or a wrong one.
 */
export function readSettings(flags: SettingsFlags, environment = process.env, cwd = process.cwd()): Settings {
  const last = startedLast(cwd);
  const given = flags.config || environment.TABLELORE_CONFIG || isNamed(flags, environment);
  const configPath =
    (given || last === null ? null : firstConfig([resolve(cwd, last)])) ??
    findConfig(flags, environment, cwd);
  if (configPath === null) {
    throw new UserError(
      `There is no tablelore.yml in ${cwd} or ${resolveDataDir(flags, environment, cwd)}.`,
      {
        next: 'Run `tablelore start` first, or write one: see docs/configuration.md.',
      },
    );
  }
  return Object.freeze({
    dataDir: resolveDataDir(flags, environment, cwd),
    config: parseConfig(readFileSync(configPath, 'utf8'), configPath),
    configPath,
    configDir: dirname(configPath),
    databaseUrl: environment.DATABASE_URL || null,
    temporal: temporalSettings(environment),
    temporalUiUrl: environment.TEMPORAL_UI_URL || null,
    embeddedDatabase: environment.TABLELORE_EMBEDDED_DATABASE === '1',
    webhookSecret: environment.TABLELORE_WEBHOOK_SECRET || null,
    openaiKey: environment.OPENAI_API_KEY || null,
    openaiBaseUrl: baseUrlOf(environment.OPENAI_BASE_URL || null),
  });
}

function baseUrlOf(text: string | null): string | null {
  if (text !== null && !/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new UserError('OPENAI_BASE_URL is no address of a server.', {
      next: 'Give one such as https://api.example.com/v1.',
    });
  return text;
}

function temporalSettings(environment: NodeJS.ProcessEnv): TemporalSettings {
  const {
    TEMPORAL_TLS_CERT: cert,
    TEMPORAL_TLS_KEY: key,
    TEMPORAL_TLS_CA: ca,
    TEMPORAL_TLS_SERVER_NAME: serverName,
  } = environment;
  const files = {
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(ca ? { ca } : {}),
    ...(serverName ? { serverName } : {}),
  };
  return {
    address: environment.TEMPORAL_ADDRESS || null,
    namespace: environment.TEMPORAL_NAMESPACE || 'default',
    apiKey: environment.TEMPORAL_API_KEY || null,
    tls:
      Object.keys(files).length > 0
        ? files
        : /^(1|true)$/i.test(environment.TEMPORAL_TLS ?? '') || Boolean(environment.TEMPORAL_API_KEY),
  };
}
