/**
 * What a query template says is stored in the names that it writes, the same for all nights. Which tables these are, and how often each is used, every night
 * works out by the tables of its own date.
 */
export const writtenNames = {
  name: '0014-written-names',
  breaking: true as const,
  sql: `
drop table tablelore.usage_day;
drop table tablelore.stale_day;
alter table tablelore.query_template drop column tables;
`,
};
