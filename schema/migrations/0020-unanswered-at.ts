/** When a question was asked in vain, by the clock: a backfill asks for many dates within an hour. */
export const unansweredAt = {
  name: '0020-unanswered-at',
  sql: `
alter table tablelore.unanswered add column asked_at timestamptz not null default clock_timestamp();
update tablelore.unanswered set asked_at = least(as_of, clock_timestamp());
`,
};
