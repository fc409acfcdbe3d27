/** Claims about columns, most of all claims, apart from the others: most questions are not about them. Null: all are in `body`. It was number 9 for a while. */
export const claimColumns = {
  name: '0011-claim-columns',
  // An older worker would take `body` for all.
  breaking: true as const,
  sql: `
alter table tablelore.claim_list add column if not exists columns bytea;
alter table tablelore.claim_list alter column columns set storage external;
`,
};
