/** Puts made claims to a real judge, as the infer stage does, many in one call. */
import { createModelClient } from '../../activities/infer/model-client.ts';
import { judgeConfig } from '../../activities/infer/judge.ts';
import type { TableReading } from '../../inference/model/output-contract.ts';
import { supportInstructions, supportQuestion, verdictsSchema } from '../../inference/model/support.ts';
import { toClaims } from '../../inference/model/to-claims.ts';
import { configSchema } from '../../schema/contracts/config.ts';
import { UserError } from '../../schema/contracts/errors.ts';

const claimsPerCall = 20;

/** Those of the readings, of one statement each, that the model called `name` lets stand. Key and address come from the environment. */
export async function letStand(
  readings: readonly TableReading[],
  name: string,
  linesOf: (path: string) => readonly string[],
): Promise<ReadonlySet<TableReading>> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl = null } = process.env;
  if (!apiKey) throw new UserError('There is no key for the judge.', { next: 'Set OPENAI_API_KEY.' });
  const config = configSchema.parse({ repos: [{ name: 'bench', url: '.' }], model: { support: { enabled: true, name } } }); // prettier-ignore
  const client = createModelClient(judgeConfig(config.model) ?? config.model, { apiKey, baseUrl });
  const stand = new Set<TableReading>();
  for (let at = 0; at < readings.length; at += claimsPerCall) {
    const some = readings.slice(at, at + claimsPerCall);
    const claims = some.flatMap((reading) => toClaims(reading, { table: 't', blobOf: () => '', resolve: () => null, pathOf: () => null, likenessOf: () => 0 })); // prettier-ignore
    const { asked, messages } = supportQuestion(claims, [], linesOf);
    const { outcome } = await client.respond({
      instructions: supportInstructions,
      tools: [],
      contract: verdictsSchema,
      contractName: 'verdicts',
      input: messages.map((content) => ({ content, role: 'user' })),
      mayCall: false,
      cacheKey: 'tablelore-bench',
    });
    if (outcome.kind !== 'answer') throw new UserError(`${name} gave no verdicts: ${outcome.kind}.`);
    const refused = new Set(outcome.value.verdicts.filter(({ verdict }) => verdict === 'no').map(({ statement }) => asked[statement - 1])); // prettier-ignore
    some.forEach((reading, index) => {
      if (!refused.has(claims[index])) stand.add(reading);
    });
  }
  return stand;
}
