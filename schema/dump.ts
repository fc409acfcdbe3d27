/** Writes the database's schema as text, from Postgres' own catalogues, so that a change of the schema is seen in review. */
import { sql, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

interface Line {
  readonly object: string;
  readonly line: string;
}

/** The schema `tablelore`: tables with columns and constraints, indexes, triggers, functions. The same text on PGlite and Postgres 16 and later. */
export async function dumpSchema(db: Kysely<Tables>): Promise<string> {
  const tables = await sql<Line>`
    select c.relname as object, format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(co.collname) else '' end
      || case when a.attstorage = 'e' and t.typstorage = 'x' then ' storage external' else '' end
      || case when a.attidentity = 'a' then ' generated always as identity' else '' end
      || case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored'
        else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end,
      case when a.attnotnull then ' not null' else '' end) as line
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_collation co on co.oid = a.attcollation
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'tablelore'::regnamespace and c.relkind = 'r'
    order by c.relname collate "C", a.attnum`.execute(db);
  const constraints = await sql<Line>`
    select c.relname as object, format('  constraint %I %s', k.conname, pg_get_constraintdef(k.oid)) as line
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.connamespace = 'tablelore'::regnamespace and k.contype <> 'n'
    order by c.relname collate "C", k.contype, k.conname collate "C"`.execute(db);
  const indexes = await sql<Line>`
    select tablename as object, indexdef || ';' as line from pg_indexes i
    where schemaname = 'tablelore' and not exists (
      select from pg_constraint k where k.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass)
    order by tablename collate "C", indexname collate "C"`.execute(db);
  const triggers = await sql<Line>`
    select c.relname as object, pg_get_triggerdef(t.oid) || ';' as line
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'tablelore'::regnamespace and not t.tgisinternal
    order by c.relname collate "C", t.tgname collate "C"`.execute(db);
  const functions = await sql<Line>`
    select proname as object, pg_get_functiondef(oid) || ';' as line from pg_proc
    where pronamespace = 'tablelore'::regnamespace order by proname collate "C"`.execute(db);

  const of = (lines: readonly Line[], name: string) =>
    lines.filter((row) => row.object === name).map((row) => row.line);
  const names = [...new Set(tables.rows.map((row) => row.object))];
  const blocks = names.map((name) => {
    const body = [...of(tables.rows, name), ...of(constraints.rows, name)].join(',\n');
    return [
      `create table tablelore.${name} (\n${body}\n);`,
      ...of(indexes.rows, name),
      ...of(triggers.rows, name),
    ].join('\n');
  });
  return `${[...functions.rows.map((row) => row.line.trimEnd()), ...blocks].join('\n\n')}\n`;
}
