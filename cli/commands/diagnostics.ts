/** `diagnostics`: what the last night could not read, by kind. */
import type { Command } from 'commander';
import { oneLine } from '../../knowledge/plain-text.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { lastNight } from '../../store/nights.ts';
import { readDiagnostics } from '../../store/runs.ts';
import { NothingFound } from '../exit.ts';
import { indented } from '../paragraph.ts';
import { count, type Terminal } from '../terminal.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

interface DiagnosticsOptions extends ReadOptions {
  readonly code?: string;
}

const shownPerCode = 5;
const colours = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

export function registerDiagnostics(program: Command): void {
  withReadOptions(program.command('diagnostics'))
    .description('list what the last night could not read, and whose mend it is')
    .option('--code <code>', 'only these, all of them; `sql` stands for every `sql.…`')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore diagnostics\n  $ tablelore diagnostics --code sql.syntax --json',
    )
    .action((options: DiagnosticsOptions) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        const { code } = options;
        for (const { repo, asOf } of nights) {
          const night = await lastNight(db, repo, asOf);
          const all = (night && (await readDiagnostics(db, night.run))) ?? [];
          const found = all.filter(
            (one) => code === undefined || one.code === code || one.code.startsWith(`${code}.`),
          );
          if (code !== undefined && found.length === 0)
            throw new NothingFound(
              `There is no diagnostic "${code}". There are: ${codes(all).join(', ') || 'none'}.`,
            );
          if (options.json) for (const one of found) answer({ repo, asOf, ...one }, () => []);
          else
            for (const line of diagnosticLines(
              found,
              `${repo} as of ${asOf}`,
              code === undefined ? shownPerCode : Infinity,
              terminal,
            ))
              terminal.line(line);
        }
      }),
    );
}

const codes = (diagnostics: readonly Diagnostic[]): string[] =>
  [...new Set(diagnostics.map(({ code }) => code))].sort();

/** Grouped by code, the most frequent first. */
export function* diagnosticLines(
  diagnostics: readonly Diagnostic[],
  head: string,
  most: number,
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): Generator<string> {
  yield style(
    'bold',
    `${head}: ${diagnostics.length === 0 ? 'no diagnostics' : count(diagnostics.length, 'diagnostic')}`,
  );
  const groups = [...Map.groupBy(diagnostics, ({ code }) => code)].sort(
    ([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1),
  );
  for (const [code, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    yield '';
    yield `${style(colours[first.severity], code)}  ${style('dim', `${group.length} × ${first.severity}, ${faults[first.fault]}`)}`;
    for (const { path, line, message } of group.slice(0, most)) {
      yield `  ${oneLine(path)}${line === undefined ? '' : `:${line}`}`;
      for (const text of indented(message, 4, width, 4)) yield style('dim', text);
    }
    if (group.length > most)
      yield style('dim', `  and ${group.length - most} more: tablelore diagnostics --code ${code}`);
  }
}

const faults = {
  user: 'to be mended in the repository',
  model: 'the model’s',
  system: 'tablelore’s own limit',
} as const;
