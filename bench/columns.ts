/**
 * Compares our edges between columns with those of a yardstick: `node bench/columns.ts <repository> <yardstick.jsonl> [--ref R] [--dialect D] [--differences N] [--kind TEXT] [--json]`.
 * The repository is read at a commit, as a night does, and the yardstick should be of that commit: lines `{file, columns: {column: [source column, …]}}`.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { normaliseParts, tableIdParts } from '../inference/link/table-id.ts';
import { initReaders } from '../parsers/registry.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { compareColumns, type ColumnFigures, type ColumnsLine } from './graph/compare-columns.ts';
import { readCommit } from './graph/commit.ts';
import { columnLineage, linkFiles, parseFiles } from './graph/graph.ts';
import { dialectFlag, readJsonLines } from './inputs.ts';

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      dialect: { type: 'string' },
      differences: { type: 'string', default: '10' },
      kind: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const [repo, path] = positionals;
  if (repo === undefined || path === undefined)
    throw new UserError('Which repository, and which yardstick?', { next: 'Give both paths.' });
  await initReaders();
  const dialect = dialectFlag(flags.dialect);
  const commit = await readCommit({ repo: resolve(repo), ref: flags.ref, dialect });
  const files = parseFiles(commit, commit.readable);
  const graph = linkFiles(files);
  const lineage = columnLineage(graph, files);
  const built = new Map(graph.tables.flatMap(({ table, output: { path, kind } }) => (path === null || kind === 'temporary' ? [] : [[path, table]]))); // prettier-ignore
  const figures = compareColumns(
    readJsonLines<ColumnsLine>(path),
    (file) => lineage.get(built.get(file) ?? '')?.lineage,
    (table) => normaliseParts(tableIdParts(table), dialect ?? 'generic').join('.'),
  );
  if (flags.json) console.log(JSON.stringify(figures));
  else print(figures, Number(flags.differences), flags.kind);
}

function print({ differences, ...sum }: ColumnFigures, shown: number, kind: string): void {
  const { files, compared, columns, equal, both, missing, extra } = sum;
  const share = (part: number, whole: number) => (whole === 0 ? '–' : (part / whole).toFixed(4));
  console.log(`${compared} of ${files} files, ${equal} of ${columns} columns with the same sources (${share(equal, columns)})`); // prettier-ignore
  console.log(`${both} edges of both, ${missing} of the yardstick only, ${extra} of ours only: precision ${share(both, both + extra)}, recall ${share(both, both + missing)}`); // prettier-ignore
  const kinds = [...Map.groupBy(differences, ({ what }) => what)].sort(([, a], [, b]) => b.length - a.length);
  for (const [what, some] of kinds) {
    const edges = (side: 'missing' | 'extra') => some.reduce((all, one) => all + one[side].length, 0);
    console.log(`- ${what}: ${some.length} columns, ${edges('missing')} edges of the yardstick only, ${edges('extra')} of ours only`); // prettier-ignore
  }
  for (const { file, column, what, ...edges } of differences.filter((one) => one.what.includes(kind)).slice(0, shown)) // prettier-ignore
    console.log(`  ${file} ${column}: ${what}; missing ${edges.missing.join(', ') || 'none'}; extra ${edges.extra.join(', ') || 'none'}`); // prettier-ignore
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
