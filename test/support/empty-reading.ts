import type { TableReading } from '../../inference/model/output-contract.ts';

/** An answer of the model that says nothing of a table. */
export const emptyReading: TableReading = {
  purpose: null,
  grain: null,
  joins: [],
  upstream: [],
  population: [],
  freshness: null,
  owner: null,
  columns: [],
  similar: [],
  caveats: [],
  unknown: ['owner'],
};
