/** Days whose use by table is to be counted anew. */
export const staleDay = {
  name: '0007-stale-day',
  sql: `
create table tablelore.stale_day (
  repo text not null,
  day date not null,
  primary key (repo, day)
);
`,
};
