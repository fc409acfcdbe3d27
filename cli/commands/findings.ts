/** `findings`: what is likely wrong, the most important first. */
import { Option, type Command } from 'commander';
import type { RankedFinding } from '../../activities/findings.ts';
import { inScope } from '../../activities/scope.ts';
import { findingKinds, type FindingKind } from '../../inference/findings/finding.ts';
import { count, oneLine } from '../../knowledge/plain-text.ts';
import { indented } from '../paragraph.ts';
import type { Terminal } from '../terminal.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

interface Options extends ReadOptions {
  readonly kind?: FindingKind;
  readonly tables?: string;
  readonly all?: boolean;
}

export function registerFindings(program: Command): void {
  withReadOptions(program.command('findings'))
    .description('what is likely wrong: tests that the code does not keep, sums over repeated rows, …')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(findingKinds))
    .option('--tables <glob>', 'tables whose names match (default: all)')
    .option('--all', 'also those of low severity (default where a kind is named)')
    .addHelpText('after', `\n${legend}\n\nExample:\n  $ tablelore findings --kind key_not_kept --json`)
    .action((options: Options) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        const { findingsOf } = await import('../../activities/findings.ts');
        const matches = inScope({ table: null, tables: options.tables ?? null });
        const whole = options.all === true || options.kind !== undefined;
        for (const night of nights) {
          const found = (await findingsOf(db, night)).filter(
            ({ kind, table }) => (options.kind === undefined || kind === options.kind) && matches(table),
          );
          const shown = found.filter(({ severity }) => whole || severity !== 'low');
          answer({ repo: night.repo, asOf: night.asOf, findings: shown }, () => [
            terminal.style('bold', `${night.repo} as of ${night.asOf}`),
            ...findingLines(shown, terminal),
            ...tallyLines(found, shown, terminal),
          ]);
        }
      }),
    );
}

const legend = `The most important first: by severity, confidence, tables downstream and use. What a finding says follows from the code and from what is
tested; whether it does harm depends on the data.`;

const colours = { high: 'red', medium: 'yellow', low: 'dim' } as const;

function* findingLines(findings: readonly RankedFinding[], { style, width }: Terminal): Generator<string> {
  for (const { kind, table, severity, confidence, at, what, todo, downstream } of findings) {
    const where = at === null ? '' : `${at.path}:${at.line}`;
    yield '';
    yield `${style(colours[severity], severity.padEnd(7))}${style('bold', oneLine(table))}  ${style('cyan', kind)}`;
    if (where !== '') yield `       ${oneLine(where)}`;
    yield* indented(what, 7, width);
    yield* indented(`→ ${todo}`, 7, width);
    yield style('dim', `       confidence ${confidence}, ${count(downstream, 'table')} downstream`);
  }
}

function* tallyLines(
  all: readonly RankedFinding[],
  shown: readonly RankedFinding[],
  { style }: Terminal,
): Generator<string> {
  yield '';
  const kinds = Map.groupBy(all, ({ kind }) => kind);
  for (const kind of findingKinds) {
    const own = kinds.get(kind) ?? [];
    if (own.length > 0) yield style('dim', `${String(own.length).padStart(6)} ${kind}`);
  }
  if (all.length === 0) yield 'nothing was found';
  if (shown.length < all.length)
    yield style('dim', `${count(all.length - shown.length, 'finding')} of low severity: --all`);
}
