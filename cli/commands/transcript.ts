/** `transcript`: the latest conversation with the model about a table. */
import type { Command } from 'commander';
import { answerHash } from '../../activities/infer/questions.ts';
import { inferStage } from '../../activities/infer/generation.ts';
import type { InferOutput } from '../../activities/infer/read-table.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { readClaims } from '../../store/claims.ts';
import { findSets, readOutputs, type SetKey } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { latestTranscript, type StoredTranscript } from '../../store/transcripts.ts';
import { NothingFound } from '../exit.ts';
import { transcriptLines } from '../transcript-print.ts';
import { readEnd, readTranscript, type TranscriptEnd } from '../transcript.ts';
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
        const end = await endOf(db, repo, table, stored);
        answer({ repo, table, model, promptVersion, generation, turns, end }, function* () {
          const how = `${model}, prompt ${promptVersion}, generation ${generation}`;
          yield `${terminal.style('bold', oneLine(table))}  ${terminal.style('dim', how)}`;
          yield* transcriptLines(turns, end, terminal, options.full ?? false);
        });
      }),
    );
}

async function endOf(
  db: Database,
  repo: string,
  table: string,
  { inputHash, generation }: StoredTranscript,
): Promise<TranscriptEnd | null> {
  const key: SetKey = { table, stage: inferStage, inputHash: answerHash(inputHash, generation) };
  const [set] = (await findSets(db, repo, [key])).values();
  if (set === undefined) return null;
  const output = (await readOutputs<InferOutput>(db, [set.setId])).get(set.setId)?.output;
  const claims = (await readClaims(db, [set.setId])).get(set.setId) ?? [];
  return output === undefined ? null : readEnd(output, claims.length);
}
