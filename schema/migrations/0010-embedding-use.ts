/** What embedding cost, by run and chunk. */
export const embeddingUse = {
  name: '0010-embedding-use',
  sql: `
create table tablelore.embedding_use (
  run text not null,
  chunk integer not null,
  calls integer not null,
  texts integer not null,
  tokens bigint not null,
  primary key (run, chunk)
);
`,
};
