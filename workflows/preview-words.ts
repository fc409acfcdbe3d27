/** A dry run in words, for people who read a workflow's result in the UI or on a terminal. Pure. */
import type { NightPreview } from '../activities/contract.ts';

/** A line a night, then one for all of them. `budgetUsd`: what they may cost together; null: no limit was given. */
export function previewInWords(nights: readonly NightPreview[], budgetUsd: number | null): string[] {
  const lines = nights.map((night) => {
    const where = `${night.repo} as of ${night.asOf}`;
    if (night.skipped !== null) return `${where}: nothing, ${night.skipped}`;
    return `${where}, commit ${night.commit.slice(0, 12)}: ${words(night)}`;
  });
  const run = nights.filter(({ skipped }) => skipped === null);
  const total = (of: (night: NightPreview) => number) => run.reduce((sum, night) => sum + of(night), 0);
  const all: Work = {
    files: total(({ files }) => files),
    toParse: total(({ toParse }) => toParse),
    toDerive: total(({ toDerive }) => toDerive),
    newFiles: total(({ newFiles }) => newFiles),
    modelTables: total(({ modelTables }) => modelTables),
    modelTablesLeft: total(({ modelTablesLeft }) => modelTablesLeft),
    inputTokens: total(({ inputTokens }) => inputTokens),
    outputTokens: total(({ outputTokens }) => outputTokens),
    usd: run.some(({ usd }) => usd === null) ? null : total(({ usd }) => usd ?? 0),
    toEmbed: total(({ toEmbed }) => toEmbed),
  };
  const limit = budgetUsd === null ? '' : limitWords(budgetUsd, all);
  return [...lines, `${run.length} of ${nights.length} nights would run, at most: ${words(all)}${limit}`];
}

const limitWords = (budgetUsd: number, { modelTables, usd }: Work): string =>
  modelTables > 0 && usd === null
    ? '; the run itself would be refused: a budget in US dollars needs the prices of the model'
    : `; the model stops at $${budgetUsd.toFixed(2)}`;

type Work = Omit<NightPreview, 'repo' | 'asOf' | 'commit' | 'skipped'>;

function words({
  files,
  toParse,
  toDerive,
  newFiles,
  modelTables,
  modelTablesLeft,
  inputTokens,
  outputTokens,
  usd,
  toEmbed,
}: Work): string {
  const parts = [`${toParse} of ${files} files to parse`, `${toDerive} tables to derive`];
  if (modelTables > 0) {
    const cost = usd === null ? 'no prices are configured' : `about $${usd.toFixed(2)}`;
    parts.push(
      `${modelTablesLeft > 0 ? `${modelTables} of ${modelTables + modelTablesLeft}` : modelTables} tables for the model (about ${inputTokens} tokens in, ${outputTokens} out, ${cost})`,
    );
  } else parts.push('no table for the model');
  const known = [...parts, `${toEmbed} texts to embed`].join(', ');
  if (newFiles === 0) return known;
  return `${known}; and the tables of up to ${newFiles} new files, which are known and priced once these are linked`;
}
