/** Files that say something of many tables at once: CODEOWNERS, catalogue exports. */
import { readFile } from 'node:fs/promises';
import { ownersOf, parseCodeowners } from '../parsers/codeowners/read.ts';
import { readCatalog } from '../parsers/dbt/artifacts.ts';
import { nameOf } from '../parsers/dbt/facts/names.ts';
import { joinPath } from '../parsers/reader.ts';
import { readCatalogue } from '../parsers/catalogue/read.ts';
import { formatTableId, normaliseParts } from '../inference/link/table-id.ts';
import type { LinkOptions } from '../inference/link/table-facts.ts';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { blobText, openBlobReader } from '../source/blobs.ts';
import { artifactFiles, readArtifactTexts } from './dbt-artifacts.ts';
import { catalogueFiles } from './file-hashes.ts';
import { repoConfig, type ActivityDeps } from './deps.ts';
import type { SourceFiles } from './source-files.ts';

/** Where GitHub and GitLab look, first found wins. */
const codeOwnersPlaces = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];

export async function codeOwnersOf(source: SourceFiles): Promise<NonNullable<LinkOptions['codeOwners']>> {
  const place = codeOwnersPlaces.find((path) => source.blobOf.has(path));
  if (place === undefined) return () => null;
  const blob = source.blobOf.get(place) ?? '';
  const blobs = openBlobReader(source.mirror);
  try {
    const bytes = await blobs.read(blob);
    const text = bytes === null ? null : blobText(bytes);
    if (text === null) return () => null;
    const ownersOfPath = ownersOf(parseCodeowners(text.text));
    return (path) => {
      const match = ownersOfPath(path);
      return match === null
        ? null
        : {
            owners: match.owners,
            evidence: { kind: 'code', path: place, lines: [match.line, match.line], blob },
          };
    };
  } finally {
    blobs.close();
  }
}

interface Catalogue {
  readonly columns: NonNullable<LinkOptions['catalogue']>;
  /** Rows that could not be read. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Columns from catalogues: dbt's own, committed or named by the configuration, then exports. Of several that know a table the last one counts. */
export async function catalogueOf(
  deps: ActivityDeps,
  repo: string,
  source: Pick<SourceFiles, 'projects' | 'context'>,
): Promise<Catalogue> {
  const found = new Map<
    string,
    { source: string; columns: readonly { name: string; type: string | null }[] }
  >();
  const config = repoConfig(deps, repo);
  const { dialect } = config;
  const diagnostics: Diagnostic[] = [];
  const idOf = (parts: readonly string[]) => formatTableId(normaliseParts(parts, dialect ?? 'generic'));
  const ofDbt = artifactFiles(config, deps.configDir).filter(({ name }) => name === 'catalog');
  for (const { path, text } of [...committedCatalogs(source), ...readArtifactTexts(ofDbt)])
    for (const { relation, columns } of readCatalog(text, path).value)
      found.set(idOf(nameOf(relation).parts), {
        source: path,
        columns: columns.map(({ name, type }) => ({ name, type: type || null })),
      });
  for (const { path, shown: source } of catalogueFiles(config, deps.configDir)) {
    const text = await readFile(path, 'utf8');
    const read = readCatalogue(source, text, path.endsWith('.csv') ? 'csv' : 'jsonl');
    diagnostics.push(...read.diagnostics);
    for (const { table, columns } of read.tables) {
      found.set(idOf(table.parts), {
        source,
        columns: columns.map(({ name, type }) => ({ name, type: type ?? null })),
      });
    }
  }
  return { columns: found, diagnostics };
}

function committedCatalogs({ projects, context }: Pick<SourceFiles, 'projects' | 'context'>) {
  return projects.flatMap(({ kind, root }) => {
    const path = joinPath(root, 'target', 'catalog.json');
    const found = kind === 'dbt' ? context(path).file?.(path) : undefined;
    return found === undefined ? [] : [{ path, text: found.text }];
  });
}
