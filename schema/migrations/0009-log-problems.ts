/** What of a log could not be read, kept with the log: it is told every night, and the log is read once. */
export const logProblems = {
  name: '0009-log-problems',
  sql: `
alter table tablelore.log_file add column problems jsonb not null default '[]';
`,
};
