/**
 * Breaks the files of a repository in random ways and reads them: `node bench/fuzz.ts <repository> [--ref R] [--seed N] [--rounds N]`.
 * Says which rounds made a reader fail, or took longer than a file may take. The same seed and commit give the same rounds.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from '../inference/refute/random.ts';
import { initReaders, readFile } from '../parsers/registry.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { mutated } from './fuzz/mutate.ts';
import { readCommit } from './graph/commit.ts';

const mostSeconds = 20;

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '2000' },
    },
  });
  const [repo] = positionals;
  if (repo === undefined) throw new UserError('Which repository?', { next: 'Give its path.' });
  await initReaders();
  const { readable, texts, context } = await readCommit({ repo: resolve(repo), ref: flags.ref });
  const random = randomOf(Number(flags.seed));
  const textOfOne = (): readonly [path: string, text: string] => {
    const path = readable[Math.floor(random() * readable.length)] ?? '';
    return [path, texts.get(path)?.text ?? ''];
  };
  let [failed, slowest] = [0, 0];
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [[path, text], [, other]] = [textOfOne(), textOfOne()];
    const changed = mutated(text, other, random, 200_000);
    const around = context(path);
    const file = (asked: string) => (asked === path ? { text: changed, blob: '' } : texts.get(asked));
    const started = performance.now();
    const facts = readFile(path, changed, { ...around, file });
    const seconds = (performance.now() - started) / 1000;
    slowest = Math.max(slowest, seconds);
    const crash = facts?.diagnostics.find(({ code }) => code.endsWith('.crash'))?.message;
    if (crash === undefined && seconds < mostSeconds) continue;
    failed += 1;
    console.log(`round ${round}: ${path}: ${crash ?? `took ${seconds.toFixed(1)} s`}`);
  }
  console.log(
    `${failed} of ${flags.rounds} broken files made a reader fail; slowest ${slowest.toFixed(1)} s`,
  );
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
