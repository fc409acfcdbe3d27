/** What is said of a table with a seeded fault, beside what is said of it as it is. */
import { tryKeys } from '../../activities/refute/try-keys.ts';
import { deriveTable, type DeriveInput } from '../../inference/derive/derive.ts';
import { examine } from '../../inference/findings/examine.ts';
import type { Finding } from '../../inference/findings/finding.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { mutantsOf, type Mutation } from './mutants.ts';

/**
 * `caught`: a finding that the table did not have before; `told`: no finding, but the tested key is no longer derived, which the next run report tells; `missed`: neither.
 */
export type Verdict = 'caught' | 'told' | 'missed';

export interface Table {
  readonly input: DeriveInput;
  readonly link: Pick<LinkOutput, 'testedKeys'>;
}

type Held = 'held' | 'refuted' | 'untried';

/** Whether the first tested key holds on random databases in which all that is declared of the tables read holds. */
export function testedKeyHolds({ input, link }: Table, databases: number): Held {
  const key = link.testedKeys.find(({ by }) => by === 'test');
  if (key === undefined) return 'untried';
  const derived = deriveTable(input);
  const keys = [{ columns: key.columns, basis: 'proved' as const, rests_on: [], weak: true }];
  const trial = tryKeys(
    input,
    { ...derived, interface: { ...derived.interface, keys } },
    { databases, seed: 1 },
  );
  return trial.outcome;
}

/** Every mutant of the table whose tested key breaks on some random database. */
export function* brokenMutants(
  table: Table,
  databases: number,
): Generator<{ mutation: Mutation; verdict: Verdict }> {
  const before = new Set(examine(table.input, table.link).map(nameOf));
  const keyBefore = derivesTested(table);
  for (const { mutation, input } of mutated(table.input)) {
    const mutant = { ...table, input };
    if (testedKeyHolds(mutant, databases) !== 'refuted') continue;
    const found = examine(input, table.link).filter(
      (one) => one.severity !== 'low' && !before.has(nameOf(one)),
    );
    const told = keyBefore && !derivesTested(mutant);
    yield { mutation, verdict: found.length > 0 ? 'caught' : told ? 'told' : 'missed' };
  }
}

const nameOf = ({ kind, at }: Finding): string => `${kind} ${at?.path} ${at?.line}`;

/** Whether some derived key is within the tested columns. */
function derivesTested({ input, link }: Table): boolean {
  const tested = link.testedKeys.filter(({ by }) => by === 'test');
  return deriveTable(input).interface.keys.some((key) =>
    tested.some(({ columns }) => key.columns.every((name) => columns.includes(name.toLowerCase()))),
  );
}

function* mutated(input: DeriveInput): Generator<{ mutation: Mutation; input: DeriveInput }> {
  for (const [i, build] of input.builds.entries()) {
    if (build.relation === undefined) continue;
    for (const { mutation, relation } of mutantsOf(build.relation)) {
      const incremental = build.incremental === undefined ? {} : { incremental: relation };
      yield {
        mutation,
        input: { ...input, builds: input.builds.with(i, { ...build, relation, ...incremental }) },
      };
    }
  }
}
