/** `conventions`: how sources are keyed, as the repository's own tests show, ready to be accepted. */
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Convention } from '../../inference/conventions/mine.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { readFacts } from '../../store/facts.ts';
import { readLinks } from '../../store/links.ts';
import type { Terminal } from '../terminal.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

export function registerConventions(program: Command): void {
  withReadOptions(program.command('conventions'))
    .description('propose keys of sources that the tests of the tables built from them show')
    .addHelpText('after', `\n${legend}\n\nExample:\n  $ tablelore conventions --json`)
    .action((options: ReadOptions) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        const { readWitnesses } = await import('../../activities/conventions.ts');
        const { findConventions, proposals } = await import('../../inference/conventions/mine.ts');
        for (const { repo, asOf } of nights) {
          const witnesses = await readWitnesses(
            (keys) => readFacts(db, keys),
            await readLinks(db, repo, asOf),
          );
          const found = proposals(findConventions(witnesses));
          answer({ repo, asOf, witnesses: witnesses.length, conventions: found }, () =>
            conventionLines(repo, found, terminal),
          );
        }
      }),
    );
}

const legend = `A test of a model that passes a source through tells the source's key. Where at least three sources of a kind (a schema, a word in their names) are keyed
alike, that is proposed. Until it stands under "conventions" in tablelore.yml, what rests on it is assumed; once it stands there it counts like a test.`;

const shown = 3;

/** YAML to be pasted below the repository in tablelore.yml; what supports it and what does not, as comments. */
function* conventionLines(
  repo: string,
  found: readonly Convention[],
  { style }: Pick<Terminal, 'style'>,
): Generator<string> {
  if (found.length === 0) {
    yield `${repo}: the tests show no convention.`;
    return;
  }
  yield style('dim', `# ${repo}: paste what is right below this repository in tablelore.yml`);
  yield 'conventions:';
  for (const { tables, key, support, exceptions } of found) {
    for (const { because } of support.slice(0, shown)) yield style('dim', `  # ${oneLine(because)}`);
    if (support.length > shown) yield style('dim', `  # and ${support.length - shown} more`);
    for (const { source, key: other, because } of exceptions)
      yield style('yellow', `  # but ${oneLine(source)} by ${other.join(', ')}: ${oneLine(because)}`);
    const all = support.length + exceptions.length;
    const why = `${support.length} of ${all} tested ones are`;
    for (const line of stringify([{ tables, key: [...key], why }])
      .trimEnd()
      .split('\n'))
      yield `  ${line}`;
  }
}
