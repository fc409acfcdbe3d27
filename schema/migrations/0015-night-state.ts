/** A night after which the ledger stands as another left it has nothing to render, embed or publish. */
export const nightState = {
  name: '0015-night-state',
  sql: `
alter table tablelore.night add column state_hash text;
`,
};
