/** The workflows that the worker registers, by the names that the Temporal UI shows. */
import './versioning.ts';
export { nightly } from './nightly.ts';
export { enrichTable } from './enrich-table.ts';
export { backfill } from './backfill.ts';
export { notify } from './notify.ts';
export { watch } from './watch.ts';
