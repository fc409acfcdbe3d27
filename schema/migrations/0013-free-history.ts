/**
 * Nights that are dropped take their sets and card versions along. Without an index on the referring side each dropped row would read all others to
 * find that none refers to it; whoever drops looks once, and whoever points holds the repository and looks whether the sets are there.
 */
export const freeHistory = {
  name: '0013-free-history',
  sql: `
alter table tablelore.pointer drop constraint pointer_set_id_fkey;
alter table tablelore.card_version drop constraint card_version_base_fkey;
`,
};
