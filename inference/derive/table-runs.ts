/** The queries that fill a table, bound and reasoned about: where its derivation, its explanation and its findings all begin. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { Catalog } from '../bind/bind.ts';
import { contentOf } from './content.ts';
import type { Content } from './content.ts';
import type { DeriveInput } from './derive.ts';
import type { TableInterface } from './interface.ts';
import { countThrough } from './places.ts';
import type { Place } from './places.ts';
import { runOf } from './run.ts';
import type { Run } from './run.ts';

export interface TableRuns {
  readonly content: Content;
  /** The first run, and later ones where the code differs; none where no query makes the table's rows. */
  readonly runs: readonly Run[];
  /** What is known of another table; of the table itself nothing. */
  readonly upstream: (table: TableId) => TableInterface | null;
  readonly placeOf: (line: number) => Place;
}

export function tableRuns(input: DeriveInput): TableRuns {
  const upstream = (table: TableId): TableInterface | null =>
    table === input.table ? null : input.upstream(table);
  const catalog: Catalog = {
    resolve: input.resolve,
    columnsOf: (table) => {
      const known = upstream(table);
      return known && known.columns.length > 0 ? { columns: known.columns, complete: known.complete } : null;
    },
  };
  const { builds, placeOf } = countThrough(input.builds, input.path);
  const content = contentOf(builds);
  const runs = content.queries.map(({ relation, columns }) => runOf(relation, catalog, upstream, columns));
  return { content, runs, upstream, placeOf };
}
