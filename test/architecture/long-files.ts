/** Lines of a file that needs no reason. Tests stand side by side and may go on for longer. */
export const lineLimit = (file: string): number => (file.startsWith('test/') ? 400 : 250);

/** Files that are better whole than cut, each group with its why. None of them grows past its limit. */
export const longFiles: readonly { why: string; limit: number; names: readonly string[] }[] = [
  {
    why: 'A list of cases of one kind, read from top to bottom: each is a few lines and looks at no other.',
    limit: 420,
    names: [
      'inference/link/declared-claims.ts',
      'parsers/dbt/facts/properties.ts',
      'parsers/jinja/filters-sequence.ts',
      'parsers/python/airflow/operators.ts',
      'parsers/python/calls.ts',
      'parsers/python/frames/methods.ts',
      'parsers/python/frames/spark-io.ts',
      'parsers/sql/readers/repairs.ts',
      'parsers/typescript/builders/knex.ts',
      'parsers/typescript/builders/kysely.ts',
    ],
  },
  {
    why: 'One recursion over one grammar, whose functions call each other.',
    limit: 300,
    names: [
      'parsers/jinja/execute.ts',
      'parsers/jinja/parse-expression.ts',
      'parsers/jinja/parser.ts',
      'parsers/sql/readers/second-expression.ts',
      'parsers/typescript/evaluate.ts',
    ],
  },
  {
    why: 'One vocabulary: types that are read beside each other, most of the lines their descriptions.',
    limit: 380,
    names: ['inference/bind/bound.ts', 'schema/contracts/relation.ts', 'schema/tables.ts'],
  },
  {
    why: 'One thing with many sides.',
    limit: 360,
    names: [
      'inference/derive/derive.ts',
      'inference/derive/join.ts',
      'parsers/dbt/context.ts',
      'parsers/dbt/naming.ts',
      'parsers/dbt/relation.ts',
    ],
  },
];
