/** What the commands that read share: a database, the repositories asked for, the night that readers see. */
import type { Command } from 'commander';
import { isTemporary } from '../../inference/link/table-id.ts';
import { matchTable } from '../../inference/link/match-table.ts';
import { UserError } from '../../schema/contracts/errors.ts';
import type { Database } from '../../store/database.ts';
import { lastNight } from '../../store/nights.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { listTables } from '../../store/table-list.ts';
import { NothingFound } from '../exit.ts';
import { withStore } from '../session.ts';
import type { Settings } from '../settings.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { isoDate } from './nights.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';

export interface ReadOptions extends CommonOptions {
  readonly repo?: string;
  readonly asOf?: string;
}

/** A repository as it stood at the end of a night. */
export interface RepoNight {
  readonly repo: string;
  readonly asOf: string;
  readonly commit: string;
}

export interface Reading {
  readonly db: Database;
  readonly settings: Settings;
  readonly terminal: Terminal;
  /** At least one. */
  readonly nights: readonly RepoNight[];
  /** Prints a value as one line of JSON where `--json` was given, else what `lines` brings. */
  readonly answer: (value: unknown, lines: () => Iterable<string>) => void;
}

/** Adds `--repo`, `--as-of` and the common options. `asOf` false: the command reads what is published only. */
export function withReadOptions(command: Command, { asOf } = { asOf: true }): Command {
  withCommonOptions(command).option(
    '--repo <name>',
    'a repository of the configuration (default: all of them)',
  );
  return asOf
    ? command.option('--as-of <date>', 'as it stood on this date (default: what is published)', isoDate)
    : command;
}

/** The names of the repositories asked for. Throws a `UserError` when the configuration has none of that name. */
export function repoNames({ config, configPath }: Settings, asked: string | undefined): string[] {
  const names = config.repos.map(({ name }) => name);
  if (asked === undefined) return names;
  if (names.includes(asked)) return [asked];
  throw new UserError(`${configPath} has no repository "${asked}".`, {
    next: `It has ${names.join(', ')}.`,
  });
}

/** Runs `work` on the published state, or on that of `--as-of`. Throws `NothingFound` where no night of the repositories is done. */
export async function reading(
  options: ReadOptions,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(options);
  const names = repoNames(settings, options.repo);
  const terminal = openTerminal();
  await withStore(settings, async (db) => {
    const nights: RepoNight[] = [];
    for (const repo of names) {
      const night =
        options.asOf === undefined
          ? await currentSnapshot(db, repo)
          : await lastNight(db, repo, options.asOf);
      if (night) nights.push({ repo, asOf: options.asOf ?? night.asOf, commit: night.commit });
    }
    if (nights.length === 0) {
      const { asOf } = options;
      const [when, command] =
        asOf === undefined
          ? ['yet', 'nightly']
          : [`on or before ${asOf}, or it was dropped`, `backfill --from ${asOf} --to ${asOf}`];
      throw new NothingFound(
        `No night of ${names.join(', ')} is done ${when}. Run \`tablelore ${command}\`.`,
      );
    }
    const answer: Reading['answer'] = (value, lines) => {
      if (options.json) terminal.line(JSON.stringify(value));
      else for (const line of lines()) terminal.line(line);
    };
    await work({ db, settings, terminal, nights, answer });
  });
}

/** The one table that a name means, in whichever repository it is. Throws `NothingFound` with the names that fit or come near. */
export async function findTable(
  { db, nights }: Pick<Reading, 'db' | 'nights'>,
  name: string,
): Promise<RepoNight & { readonly table: string }> {
  const owners = new Map<string, RepoNight[]>();
  for (const night of nights)
    for (const { table } of await listTables(db, night.repo, night.asOf))
      if (!isTemporary(table)) owners.set(table, [...(owners.get(table) ?? []), night]);
  const match = matchTable(name, [...owners.keys()]);
  if ('several' in match) throw new NothingFound(severalFit(name, match.several));
  if ('near' in match) throw new NothingFound(noneFits(name, match.near));
  const [night, other] = owners.get(match.table) ?? [];
  if (night === undefined) throw new NothingFound(noneFits(name, []));
  if (other) {
    const repos = (owners.get(match.table) ?? []).map(({ repo }) => repo);
    throw new NothingFound(`${repos.join(' and ')} both have ${match.table}. Say which with --repo.`);
  }
  return { ...night, table: match.table };
}

const shown = 20;

export function severalFit(name: string, tables: readonly string[]): string {
  const more = tables.length > shown ? `\n  and ${tables.length - shown} more` : '';
  return `"${name}" fits ${tables.length} tables; give more of the name:\n${list(tables)}${more}`;
}

export function noneFits(name: string, near: readonly string[]): string {
  return near.length === 0
    ? `No table is called "${name}". Try \`tablelore search "${name.replaceAll('"', '')}"\`.`
    : `No table is called "${name}". These come near:\n${list(near)}`;
}

const list = (tables: readonly string[]): string =>
  tables
    .slice(0, shown)
    .map((table) => `  ${table}`)
    .join('\n');
