/** `search`: tables and trusted queries that answer a question. */
import type { Command } from 'commander';
import { createEmbedder } from '../../activities/embed/embedder.ts';
import { search, type QueryHit, type SearchAnswer, type TableHit } from '../../retrieval/search.ts';
import { NothingFound } from '../exit.ts';
import { count, oneLine } from '../../knowledge/plain-text.ts';
import { indented, paragraph } from '../paragraph.ts';
import type { Terminal } from '../terminal.ts';
import { integerWithin } from './options.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

interface SearchOptions extends Omit<ReadOptions, 'asOf'> {
  readonly limit: number;
  readonly queries: number;
}

export function registerSearch(program: Command): void {
  withReadOptions(program.command('search'), { asOf: false })
    .description('find tables and trusted queries by a question, a name or words')
    .argument('<question>', 'in quotes')
    .option('--limit <n>', 'tables at most', integerWithin(0, 50), 5)
    .option('--queries <n>', 'queries at most', integerWithin(0, 20), 3)
    .addHelpText('after', '\nExample:\n  $ tablelore search "daily revenue by channel"')
    .action((question: string, options: SearchOptions) =>
      reading(options, async ({ db, settings, nights, terminal, answer }) => {
        const { openaiKey: apiKey, openaiBaseUrl: baseUrl, config } = settings;
        const embedder = createEmbedder(config.embeddings, apiKey === null ? null : { apiKey, baseUrl });
        const { limit, queries } = options;
        let found = 0;
        for (const { repo } of nights) {
          const result = await search(db, { repo, question, limit, queries }, embedder);
          found += result.tables.length + result.queries.length;
          answer({ repo, question, ...result }, () =>
            answerLines(result, nights.length > 1 ? repo : null, terminal),
          );
        }
        if (found === 0) throw new NothingFound('Nothing fits. Try other words, or a table’s name.');
      }),
    );
}

function* answerLines(answer: SearchAnswer, repo: string | null, terminal: Terminal): Generator<string> {
  const { style } = terminal;
  if (repo !== null) yield style('bold', repo);
  for (const note of answer.notes) yield style('yellow', note);
  for (const [index, hit] of answer.tables.entries()) yield* tableLines(hit, index + 1, terminal);
  if (answer.queries.length > 0) {
    yield style('bold', 'Queries people trust');
    yield '';
  }
  for (const hit of answer.queries) yield* queryLines(hit, terminal);
}

/** Name, what it is, one row, what could mislead, and why it was found. */
function* tableLines(
  { table, why, summary }: TableHit,
  place: number,
  { style, width }: Terminal,
): Generator<string> {
  const use = summary.use === null || summary.use === 'none' ? '' : `, ${summary.use} of queries a week`;
  yield `${String(place).padStart(2)}. ${style('bold', oneLine(table))}  ${style('dim', `${summary.kind}${use}`)}`;
  const facts: readonly [label: string, text: string | null, warn?: boolean][] = [
    ['deprecated', summary.deprecated, true],
    ['', summary.description],
    ['one row is', summary.grain?.replace(/^one row /, '') ?? null],
    ['rows', summary.population.length === 0 ? null : summary.population.join('; ')],
    ['caution', summary.caveats.length === 0 ? null : summary.caveats.join('; '), true],
    ['looks like', summary.similar.length === 0 ? null : summary.similar.slice(0, 3).join(', ')],
  ];
  for (const [label, text, warn] of facts) {
    if (text === null) continue;
    const head = label === '' ? '' : `${label}: `;
    for (const line of paragraph(head + text, width - 4, 3))
      yield `    ${warn ? style('yellow', line) : line}`;
  }
  yield `    ${style('dim', `found ${why.join(', ')}`)}`;
  yield '';
}

function* queryLines({ query, why }: QueryHit, { style, width }: Terminal): Generator<string> {
  const runs = `${count(query.runs, 'run')} by ${count(query.users, 'person', 'people')}, last on ${query.lastSeen}`;
  yield `    ${style('green', query.tier.replaceAll('_', ' '))}  ${style('dim', `${runs}; found ${why.slice(0, -1).join(', ')}`)}`;
  for (const line of indented(query.sql, 6, width, 8)) yield line;
  for (const reason of query.reasons.slice(0, 2)) yield `      ${style('dim', `· ${oneLine(reason)}`)}`;
  yield '';
}
