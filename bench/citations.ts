/**
 * Measures the check of citations on claims whose truth is known by how they are made: `node bench/citations.ts --repo PATH [--commit HEAD] [--claims 100]
 * [--seed 1] [--judge MODEL]`. Lines of the repository that say one simple thing become claims; each is put to the check as it is, with the lines of another claim of its
 * kind, with other lines of the same file, and negated: of a join, that it is one to another table. With a judge, what the check lets through is put to that model, and a second table tells what it lets stand.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { checkCitations } from '../inference/model/check-citations.ts';
import type { TableReading } from '../inference/model/output-contract.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { letStand } from './model/judged.ts';
import { makeClaims, type MadeClaim, type SourceLine } from './model/made-claims.ts';
import { Random } from './synthetic/random.ts';

const variants = ['true', 'swapped to another file', 'swapped in the file', 'negated'] as const;
type Variant = (typeof variants)[number];

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      repo: { type: 'string' },
      commit: { type: 'string', default: 'HEAD' },
      claims: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      judge: { type: 'string' },
    },
  });
  const { repo, commit } = flags;
  if (repo === undefined) throw new UserError('Of which repository?', { next: 'Give --repo PATH.' });
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }); // prettier-ignore
  const lines =
    git('grep', '-n', '-I', '-i', '-E', 'is not null|= *\'|coalesce|when .* then |join .* on ', commit, '--', '*.sql') // prettier-ignore
      .split('\n')
      .flatMap((line): SourceLine[] => {
        const [, path, number, text] = /^[^:]*:([^:]+):(\d+):(.*)$/.exec(line) ?? [];
        return path === undefined ? [] : [{ path, number: Number(number), text: text ?? '' }];
      });
  const random = new Random(Number(flags.seed), 'citations');
  const claims = makeClaims(lines, Number(flags.claims), random);
  const files = new Map<string, readonly string[]>();
  const linesOf = (path: string) => {
    const known = files.get(path) ?? git('show', `${commit}:${path}`).split('\n');
    files.set(path, known);
    return known;
  };
  const joined = new Set(claims.flatMap(({ line, reading }) => [true, false].flatMap((negated) => reading(citing(line), negated).joins.map(({ to }) => to)))); // prettier-ignore
  const passes = (reading: TableReading): boolean =>
    checkCitations(reading, { table: 't', linesOf, shown: () => true, resolve: (name) => (joined.has(name) ? name : null), columnsOf: () => null })
      .rejections.length === 0; // prettier-ignore

  const made = claims.flatMap((claim) =>
    variants.flatMap((variant) => {
      const reading = readingOf(claim, variant, claims, linesOf(claim.line.path), random);
      return reading === null ? [] : [{ kind: claim.kind, variant, reading }];
    }),
  );
  // By variant: a judge that sees a claim beside its negation has an easier question.
  const passed = variants.flatMap((variant) => made.flatMap((one) => (one.variant === variant && passes(one.reading) ? [one.reading] : []))); // prettier-ignore
  print('claims', made, new Set(passed));
  if (flags.judge !== undefined)
    print(`claims that ${flags.judge} lets stand`, made, await letStand(passed, flags.judge, linesOf));
}

type Made = { readonly kind: string; readonly variant: Variant; readonly reading: TableReading };

/** How many of each kind and variant are `kept`. */
function print(title: string, made: readonly Made[], kept: ReadonlySet<TableReading>): void {
  console.log(`| ${title} | ${variants.join(' | ')} |`);
  console.log(`| --- |${' ---: |'.repeat(variants.length)}`);
  for (const kind of [...new Set(made.map((one) => one.kind)), 'all']) {
    const cells = variants.map((variant) => {
      const of = made.filter((one) => (kind === 'all' || one.kind === kind) && one.variant === variant);
      return `${of.filter(({ reading }) => kept.has(reading)).length} of ${of.length}`;
    });
    console.log(`| ${kind} | ${cells.join(' | ')} |`);
  }
}

const citing = ({ path, number }: SourceLine) => ({ path, from: number, to: number });

/** Null: the repository has no lines for this variant. */
function readingOf(
  claim: MadeClaim,
  variant: Variant,
  claims: readonly MadeClaim[],
  file: readonly string[],
  random: Random,
): TableReading | null {
  if (variant === 'true') return claim.reading(citing(claim.line), false);
  if (variant === 'negated') return claim.reading(citing(claim.line), true);
  if (variant === 'swapped in the file') {
    const others = [...file.keys()].filter((index) => index + 1 !== claim.line.number && file[index]?.trim() !== claim.line.text.trim() && /\w/.test(file[index] ?? '')); // prettier-ignore
    if (others.length === 0) return null;
    return claim.reading(citing({ ...claim.line, number: random.pick(others) + 1 }), false);
  }
  const others = claims.filter(({ kind, says, line }) => kind === claim.kind && says !== claim.says && line.path !== claim.line.path); // prettier-ignore
  return others.length === 0 ? null : claim.reading(citing(random.pick(others).line), false);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
