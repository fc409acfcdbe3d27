/** Everything that is looked for in the code of one table. */
import type { DeriveInput } from '../derive/derive.ts';
import { tableRuns } from '../derive/table-runs.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { crossJoin } from './cross-join.ts';
import { fanOut } from './fan-out.ts';
import type { Examined, Finding } from './finding.ts';
import { keyNotKept } from './key-not-kept.ts';
import { rowNumberTies } from './ties.ts';
import { uniqueKeyDiffers } from './unique-key.ts';

/** The ordered list is the table of contents. */
const looks: readonly ((examined: Examined) => readonly Finding[])[] = [
  keyNotKept,
  uniqueKeyDiffers,
  fanOut,
  crossJoin,
  rowNumberTies,
];

/** Empty where no code builds the table. The same line is told of once a kind. */
export function examine(input: DeriveInput, link: Pick<LinkOutput, 'testedKeys'>): Finding[] {
  const made = tableRuns(input);
  if (made.runs.length === 0) return [];
  const examined: Examined = { table: input.table, link, made };
  const found = looks.flatMap((look) => look(examined));
  return [
    ...new Map(
      found.map((one) => [
        `${one.kind} ${one.at?.path} ${one.at?.line} ${one.at === null ? one.what : ''}`,
        one,
      ]),
    ).values(),
  ];
}
