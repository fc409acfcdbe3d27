/** Where a table is declared, and which of its tests are switched off. */
import type { DeclaredAt, LinkOutput } from '../../schema/contracts/stages.ts';
import type { TableFacts } from './table-facts.ts';

type Declared = TableFacts['declarations'][number];

export function declaredPlaces(facts: TableFacts): Pick<LinkOutput, 'declaredAt' | 'disabledTests'> {
  const [first] = facts.declarations;
  const off = facts.declarations.flatMap((declared): DeclaredAt[] => {
    const words = testWords(declared);
    return declared.declaration.disabled && words !== null ? [placed(declared, words)] : [];
  });
  return {
    ...(facts.builds.length === 0 && first ? { declaredAt: placed(first, first.declaration.declares) } : {}),
    ...(off.length > 0 ? { disabledTests: off } : {}),
  };
}

const placed = ({ file, declaration }: Declared, words: string): DeclaredAt => ({
  words,
  path: declaration.path ?? file.facts.path,
  line: declaration.lines[0],
});

/** Null for what is no test. A test that is unique and not NULL in one is told once. */
function testWords({ declaration }: Declared): string | null {
  switch (declaration.declares) {
    case 'key':
    case 'relationship':
      return `${declaration.test} of ${declaration.columns.join(', ')}`;
    case 'not_null':
      return `not_null of ${declaration.columns.join(', ')}`;
    case 'accepted_values':
      return `accepted_values of ${declaration.column}`;
    default:
      return null;
  }
}
