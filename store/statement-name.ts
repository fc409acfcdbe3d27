/** What a statement does, without values: `select tablelore.run`. The table is the first of ours that it names. */
export function statementName(sql: string): string {
  const verb = /[a-z]+/i.exec(sql)?.[0].toLowerCase() ?? 'statement';
  const [, table] = /"?tablelore"?\."?([a-z_]+)/.exec(sql) ?? [];
  return table === undefined ? verb : `${verb} tablelore.${table}`;
}
