/** People's notes as claims; notes whose cited code has changed since are stale. */
import { claimId } from '../knowledge/claim-id.ts';
import { readAnnotations, type LocatedAnnotation } from '../parsers/annotations/read.ts';
import { claimValueSchemas, type NewClaim } from '../schema/contracts/claims.ts';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import type { CodeEvidence } from '../schema/contracts/evidence.ts';
import type { StageResult } from '../schema/contracts/stages.ts';
import { blobText, openBlobReader } from '../source/blobs.ts';
import { resolveCommit } from '../source/mirror.ts';
import { saveStageResults } from '../store/claim-sets.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { pointTables, type PointerChange } from '../store/pointers.ts';
import type { ChunkResult, RunHandle } from './contract.ts';
import { namedFile } from './named-files.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import { replaceDiagnostics } from './diagnostics.ts';
import { hashOf } from './hash.ts';
import { alive } from './heartbeat.ts';
import { notedTable } from './noted-table.ts';
import { sourceFiles, type SourceFiles } from './source-files.ts';

/** Output of the stage for one table: ids of the claims that rest on code that changed. */
export interface AnnotateOutput {
  readonly stale: readonly string[];
}

/** Notes written on or before the as-of date count. A table without notes has no set. */
export function annotate(deps: ActivityDeps, handle: RunHandle): Promise<ChunkResult> {
  return alive(async () => {
    const { db } = deps;
    const { repo, asOf } = handle;
    const config = repoConfig(deps, repo);
    const { annotations } = config;
    const before = await pointedSets(db, repo, asOf, 'annotate');
    const { annotations: notes, diagnostics } =
      annotations === undefined
        ? { annotations: [], diagnostics: [] }
        : readAnnotations(annotations, await namedFile(deps.configDir, 'annotations', annotations));
    const tableOf = notedTable(config, [...(await pointedSets(db, repo, asOf, 'link')).keys()]);
    const code = notes.some((note) => note.cites) ? await citedCode(deps, handle) : null;
    const byTable = new Map<string, { claims: NewClaim[]; stale: string[] }>();
    try {
      for (const note of notes.filter(({ date }) => date <= asOf)) {
        const table = tableOf(note.table);
        if (table === null) {
          diagnostics.push(unknownTable(annotations ?? '', note));
          continue;
        }
        const at = byTable.get(table) ?? { claims: [], stale: [] };
        byTable.set(table, at);
        const { claim, stale } = await noteClaim(note, table, code);
        at.claims.push(claim);
        if (stale) at.stale.push(claimId(claim));
      }
    } finally {
      code?.close();
    }
    await replaceDiagnostics(deps, handle, { family: 'annotations', path: annotations }, diagnostics);
    const results = [...byTable].map(([table, { claims, stale }]): StageResult<AnnotateOutput> => ({
      table,
      stage: 'annotate',
      inputHash: hashOf({ claims, stale }),
      claims,
      output: { stale },
    }));
    const changed = results.filter((result) => before.get(result.table)?.inputHash !== result.inputHash);
    const saved = await saveStageResults(db, repo, changed);
    const gone = [...before.keys()].filter((table) => !byTable.has(table));
    await pointTables(db, repo, asOf, [
      ...saved.map(({ table, setId }): PointerChange => ({ table, stage: 'annotate', setId })),
      ...gone.map((table): PointerChange => ({ table, stage: 'annotate', setId: null })),
    ]);
    return { done: changed.length, reused: results.length - changed.length, failed: 0 };
  });
}

const unknownTable = (path: string, note: LocatedAnnotation): Diagnostic => ({
  code: 'annotations.unknown_table',
  severity: 'warning',
  message: `The note of ${note.person} is left out: there is no table ${note.table}.`,
  path,
  line: note.lines[0],
  fault: 'user',
});

async function noteClaim(
  note: LocatedAnnotation,
  table: string,
  code: CitedCode | null,
): Promise<{ claim: NewClaim; stale: boolean }> {
  const value: unknown = claimValueSchemas[note.field].parse(note.value ?? { text: note.text ?? '' });
  const evidence: NewClaim['evidence'][number][] = [{ kind: 'person', person: note.person, date: note.date }];
  let stale = false;
  for (const cite of note.cites ?? []) {
    const cited = await code?.look(cite, note.date);
    if (cited?.evidence) evidence.push(cited.evidence);
    stale ||= cited?.changed ?? false;
  }
  // The field's own schema has read the value.
  const claim = { table, field: note.field, value, origin: 'declared', confidence: 1, evidence } as NewClaim;
  return { claim, stale };
}

interface CitedCode {
  look(
    cite: NonNullable<LocatedAnnotation['cites']>[number],
    date: string,
  ): Promise<{ evidence: CodeEvidence | null; changed: boolean }>;
  close(): void;
}

/** Compares cited lines as they were when the note was written with those of the run's commit. */
async function citedCode(deps: ActivityDeps, handle: RunHandle): Promise<CitedCode> {
  const now = await sourceFiles(deps, handle.repo, handle.commit);
  const blobs = openBlobReader(now.mirror);
  const linesOf = async (
    blob: string | undefined,
    range: readonly [number, number] | undefined,
  ): Promise<string | null> => {
    const bytes = blob === undefined ? null : await blobs.read(blob);
    const text = bytes === null ? null : (blobText(bytes)?.text ?? null);
    if (text === null || range === undefined) return text;
    return text.split('\n').slice(range[0] - 1, range[1]).join('\n'); // prettier-ignore
  };
  const thenOf = async (date: string): Promise<SourceFiles | null> => {
    const commit = await resolveCommit(now.mirror, repoConfig(deps, handle.repo).ref, date).catch(() => null);
    return commit === null ? null : sourceFiles(deps, handle.repo, commit);
  };
  // A commit that a person names need not exist.
  const filesOf = (commit: string) => sourceFiles(deps, handle.repo, commit).catch(() => null);
  return {
    async look(cite, date) {
      const then =
        cite.blob ?? (cite.commit ? await filesOf(cite.commit) : await thenOf(date))?.blobOf.get(cite.path);
      const written = await linesOf(then, cite.lines);
      const current = now.blobOf.get(cite.path);
      const stands = await linesOf(current, undefined);
      const lines = cite.lines ?? [1, 1];
      const blob = then ?? current;
      const evidence: CodeEvidence | null =
        blob === undefined ? null : { kind: 'code', path: cite.path, lines: [lines[0], lines[1]], blob };
      return { evidence, changed: written !== null && !holdsLines(stands, written) };
    },
    close: () => blobs.close(),
  };
}

/** Lines that only moved still stand. */
const holdsLines = (text: string | null, lines: string): boolean =>
  text !== null && `\n${text}\n`.includes(`\n${lines.replace(/\n$/, '')}\n`);
