/** `transcript`: the latest conversation with the model about a table. */
import type { Command } from 'commander';
import { answerHash } from '../../activities/infer/questions.ts';
import { inferStage } from '../../activities/infer/generation.ts';
import { judgeConfig, judgeName } from '../../activities/infer/judge.ts';
import type { InferOutput } from '../../activities/infer/infer-output.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { readClaims } from '../../store/claims.ts';
import { findSets, readOutputs, setKey, type SetKey } from '../../store/claim-sets.ts';
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
        const judge = judgeConfig(state.settings.config.model);
        const judges = [judgeName(judge && { ...judge, model: judge.name }), ''];
        const end = await endOf(db, repo, table, stored, judges);
        answer({ repo, table, model, promptVersion, generation, turns, end }, function* () {
          const how = `${model}, prompt ${promptVersion}, generation ${generation}`;
          yield `${terminal.style('bold', oneLine(table))}  ${terminal.style('dim', how)}`;
          yield* transcriptLines(turns, end, terminal, options.full ?? false);
        });
      }),
    );
}

/** `judges`: of the answer, the one that is looked for first at the front. */
async function endOf(
  db: Database,
  repo: string,
  table: string,
  { inputHash, generation }: StoredTranscript,
  judges: readonly string[],
): Promise<TranscriptEnd | null> {
  const keys = judges.map((judge): SetKey => ({ table, stage: inferStage, inputHash: answerHash({ inputHash, judge }, generation) })); // prettier-ignore
  const found = await findSets(db, repo, keys);
  const set = keys.map((key) => found.get(setKey(key))).find((one) => one !== undefined);
  if (set === undefined) return null;
  const output = (await readOutputs<InferOutput>(db, [set.setId])).get(set.setId)?.output;
  const claims = (await readClaims(db, [set.setId])).get(set.setId) ?? [];
  return output === undefined ? null : readEnd(output, claims.length);
}
