/** Why a run that left no report ended as it did. */
export const runReason = {
  name: '0017-run-reason',
  sql: `
alter table tablelore.run add column reason text;
`,
};
