/** `transcript`: the latest conversation with the model about a table. */
import type { Command } from 'commander';
import { answerHashes } from '../../activities/infer/questions.ts';
import type { InferOutput } from '../../activities/infer/infer-output.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { readClaims } from '../../store/claims.ts';
import { readOutputs } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { answerSet, latestTranscript, type StoredTranscript } from '../../store/transcripts.ts';
import { NothingFound } from '../exit.ts';
import { transcriptLines } from '../transcript-print.ts';
import { readEnd, readJudgings, readTranscript, type TranscriptEnd } from '../transcript.ts';
import { findTable, reading, withReadOptions, type ReadOptions } from './reading.ts';

export function registerTranscript(program: Command): void {
  withReadOptions(program.command('transcript'), { asOf: false })
    .description('print what the model was told, asked for and answered about a table')
    .argument('<name>', 'a table id, or the end of one')
    .option('--full', 'with messages and answers as they were sent')
    .addHelpText('after', '\nExample:\n  $ tablelore transcript marts.orders --full')
    .action((name: string, options: ReadOptions & { readonly full?: boolean }) =>
      reading(options, async (state) => {
        const { db, terminal, answer } = state;
        const { repo, table } = await findTable(state, name);
        const stored = await latestTranscript(db, repo, table);
        if (stored === null)
          throw new NothingFound(
            `The model was never asked about ${table}. \`tablelore status last\` says why.`,
          );
        const { model, promptVersion, generation } = stored;
        const turns = readTranscript(stored.turns);
        const judgings = readJudgings(stored.judgings);
        const end = await endOf(db, repo, table, stored);
        answer({ repo, table, model, promptVersion, generation, turns, judgings, end }, function* () {
          const how = `${model}, prompt ${promptVersion}, generation ${generation}`;
          yield `${terminal.style('bold', oneLine(table))}  ${terminal.style('dim', how)}`;
          yield* transcriptLines(turns, judgings, end, terminal, options.full ?? false);
        });
      }),
    );
}

/** What is stored of the answer, whoever judged it; null: there was none. */
async function endOf(
  db: Database,
  repo: string,
  table: string,
  { inputHash, generation }: StoredTranscript,
): Promise<TranscriptEnd | null> {
  const set = await answerSet(db, repo, table, answerHashes(inputHash, generation));
  if (set === null) return null;
  const output = (await readOutputs<InferOutput>(db, [set])).get(set)?.output;
  const claims = (await readClaims(db, [set])).get(set) ?? [];
  return output === undefined ? null : readEnd(output, claims.length);
}
