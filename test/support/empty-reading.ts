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

/** Of a column whose values nothing is said of. */
export const noNotes = {
  values: [],
  sentinels: [],
  unit: null,
  currency: null,
  time_zone: null,
  null_meaning: null,
};
