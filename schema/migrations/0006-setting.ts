/** Values that all workers share and that no configuration says, such as the salt of people's keys. */
export const setting = {
  name: '0006-setting',
  sql: `
create table tablelore.setting (
  name text primary key,
  value text not null
);
`,
};
