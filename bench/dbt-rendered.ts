/**
 * How many models of a repository's dbt projects are rendered without dbt:
 * `node bench/dbt-rendered.ts <repository> [--ref R] [--root FOLDER] [--dialect D] [--differences N]`.
 * Models and snapshots count, also of packages that lie in the repository; those that are switched off do not. A model fails when its template does not parse or
 * run to its end, when something in it is unknown (a macro, a filter, an operand), when its own code refuses, and when nothing comes out. Of the rendered ones those are
 * told apart whose text rests on a guess: what the warehouse would answer, or what the project does not say.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeConfig } from '../parsers/dbt/naming.ts';
import type { DbtProject } from '../parsers/dbt/project.ts';
import { renderModel } from '../parsers/dbt/render.ts';
import type { RenderedModel } from '../parsers/dbt/types.ts';
import { initReaders } from '../parsers/registry.ts';
import { readSql } from '../parsers/sql/index.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { dbtProjects } from './graph/dbt-projects.ts';

interface Figures {
  models: number;
  failed: number;
  guessed: number;
  /** Rendered ones each of whose statements the parser takes whole. */
  parsed: number;
  /** Models by what was met in them. */
  readonly codes: Map<string, number>;
  readonly examples: string[];
}

/** An environment variable keeps its name as its value: it is a name in the warehouse, and the text is whole. */
const noGuess = new Set(['dbt.missing_env', 'dbt.naming_macro']);
const counted = new Set(['model', 'snapshot']);

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      root: { type: 'string' },
      dialect: { type: 'string' },
      differences: { type: 'string', default: '10' },
    },
  });
  const [repo] = positionals;
  if (repo === undefined) throw new UserError('Which repository?', { next: 'Give its path.' });
  await initReaders();
  for await (const { root, project } of dbtProjects(resolve(repo), flags))
    print(root, figuresOf(project), Number(flags.differences));
}

function figuresOf(project: DbtProject): Figures {
  const figures: Figures = { models: 0, failed: 0, guessed: 0, parsed: 0, codes: new Map(), examples: [] };
  for (const node of project.nodes.values()) {
    if (!counted.has(node.type)) continue;
    const model = renderModel(project, node);
    if (model === undefined || (model.config['enabled'] ?? nodeConfig(project, node)['enabled']) === false)
      continue;
    figures.models += 1;
    count(project, model, figures);
  }
  return figures;
}

function count(project: DbtProject, model: RenderedModel, figures: Figures): void {
  const { node, full, diagnostics } = model;
  const empty = node.language !== 'python' && full.sql.trim() === '';
  for (const code of new Set([...diagnostics.map((one) => one.code), ...(empty ? ['no text'] : [])]))
    figures.codes.set(code, (figures.codes.get(code) ?? 0) + 1);
  const failure = diagnostics.find(({ severity }) => severity === 'error');
  if (failure !== undefined || empty) {
    figures.failed += 1;
    figures.examples.push(`${node.path}: ${failure === undefined ? 'no text' : `${failure.path}:${failure.line}: ${failure.message}`}`); // prettier-ignore
    return;
  }
  if (diagnostics.some(({ code }) => !noGuess.has(code))) figures.guessed += 1;
  const statements = node.language === 'python' ? [] : readSql(full.sql, { dialect: project.dialect, path: node.path }); // prettier-ignore
  if (statements.every(({ status }) => status === 'parsed')) figures.parsed += 1;
}

function print(
  root: string,
  { models, failed, guessed, parsed, codes, examples }: Figures,
  shown: number,
): void {
  const share = (of: number): string => (models === 0 ? '–' : (of / models).toFixed(4));
  const rendered = models - failed;
  console.log(`${root === '' ? '.' : root}: ${models} models and snapshots; rendered ${rendered} (${share(rendered)}), of these without a guess ${rendered - guessed} (${share(rendered - guessed)}), parsed whole ${parsed} (${share(parsed)})`); // prettier-ignore
  for (const [code, number] of [...codes].sort(([, a], [, b]) => b - a)) console.log(`  ${number} ${code}`);
  for (const example of examples.slice(0, shown)) console.log(`- ${example}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
