import { assembleDossier } from '../../inference/model/dossier.ts';
import type { DossierFile } from '../../inference/model/excerpt.ts';
import { redact } from '../../knowledge/redact.ts';
import type { Claim } from '../../schema/contracts/claims.ts';
import { readClaims } from '../../store/claims.ts';
import { readSummaries } from '../../store/facts.ts';
import type { ActivityDeps } from '../deps.ts';
import type { CitedCode } from './cited-code.ts';
import type { Added } from './exchange.ts';
import type { Question } from './questions.ts';

/** About how many tokens a dossier may have: room for several long files, and far below any coding model's limit. */
const dossierTokens = 24_000;
const maxFiles = 8;

type Span = readonly [from: number, to: number];

/** The messages that ask about one table, redacted. Their files are part of the question, and no further ones that it was opened for. */
export async function openDossier(
  deps: ActivityDeps,
  question: Question,
  code: CitedCode,
): Promise<Pick<Added, 'input' | 'shown'>> {
  const { table, link, sets, upstream, similar, usageBand } = question;
  const bySet = await readClaims(deps.db, sets);
  const claims = sets.flatMap((setId) => bySet.get(setId) ?? []);
  const { path, kind, write } = link;
  const builders = new Set(link.builds.map((build) => build.path));
  const files = await filesOf(await spansOf(deps, question, claims), builders, code);
  const known = claims.filter(({ field, origin }) => field !== 'upstream' && origin !== 'observed');
  const input = { table, path, kind, write, claims: known, upstream, similar, files, usageBand };
  const items = assembleDossier(input, dossierTokens);
  return {
    input: items.map(({ text }) => ({ content: redact(text), role: 'user' })),
    shown: items.flatMap(({ shown }) => shown ?? []),
  };
}

/** The lines that build the table, then those where something is declared about it, by path. */
async function spansOf(deps: ActivityDeps, { link }: Question, claims: readonly Claim[]) {
  const spans = new Map<string, Span[]>();
  const add = (path: string, span: Span) => spans.set(path, [...(spans.get(path) ?? []), span]);
  const facts = await readSummaries(deps.db, link.builds.map((build) => build.facts)); // prettier-ignore
  for (const build of link.builds) {
    const lines = build.builds.flatMap((index) => facts.get(build.facts)?.builds[index]?.lines ?? []);
    add(build.path, [lines[0] ?? 1, lines.at(-1) ?? 1]);
  }
  for (const { origin, evidence } of claims) {
    if (origin !== 'declared') continue;
    for (const item of evidence) if (item.kind === 'code') add(item.path, item.lines);
  }
  return [...spans].slice(0, maxFiles);
}

async function filesOf(
  spans: readonly (readonly [string, readonly Span[]])[],
  builders: ReadonlySet<string>,
  code: CitedCode,
) {
  const files: DossierFile[] = [];
  for (const [path, of] of spans) {
    const lines = await code.lines(path);
    if (lines !== null) files.push({ path, lines, builds: builders.has(path), spans: of });
  }
  return files;
}
