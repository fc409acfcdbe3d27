import { deleteThenInsert } from '../rewrites.ts';
import { tracedFiles, type ReadContext, type Reader } from '../reader.ts';
import { knexLibrary } from './builders/knex.ts';
import { kyselyLibrary } from './builders/kysely.ts';
import { flushBuilders } from './builders/query.ts';
import { interpret, type InterpretOptions } from './interpret.ts';
import { loadCalls } from './loads.ts';
import { moduleImporter } from './modules.ts';
import { leftoverSql, sqlCalls, sqlTags } from './sql.ts';

const version = 8;

const options = (context: ReadContext): InterpretOptions => ({
  dialect: context.dialect,
  libraries: [loadCalls, kyselyLibrary, knexLibrary, sqlCalls],
  tags: [sqlTags],
});

const sqlHint =
  /\b(select\s[^]{1,3000}?\bfrom\b|insert\s+into|merge\s+into|update\s+\S{1,200}\s+set|delete\s+from|truncate\s+table|create\s+(or\s+replace\s+)?(table|view|materialized)|copy\s+\S+|selectFrom|insertInto|updateTable|deleteFrom|knex|(db|trx)(<[^()]{0,300}>)?\(|db\s*\.\s*(select|with|from|distinct)\()|\.(dataset|whereIn|whereNull|innerJoin|leftJoin|onConflict)\(/i;
/** Longer files are bundles. In UTF-16 units. */
const maxLength = 1_000_000;

/** TypeScript and JavaScript with SQL in strings and templates, kysely, knex, and clients that load tables. */
export const typescriptReader: Reader = {
  name: 'typescript',
  version,
  match: (path) =>
    /\.[cm]?[jt]sx?$/.test(path) &&
    !/\.d\.ts$|\.min\.js$|(^|\/)(node_modules|dist|build|vendor|coverage|__tests__|tests?)\/|\.(test|spec|stories)\.[cm]?[jt]sx?$/.test(
      path,
    ),
  read: (path, text, context) => {
    if (text.length > maxLength || !sqlHint.test(text)) return null;
    const files = tracedFiles(context);
    const importModule = moduleImporter(path, files, context, options(context));
    const { out, run } = interpret(path, text, { ...options(context), importModule });
    flushBuilders(run);
    leftoverSql(run);
    out.builds.splice(0, out.builds.length, ...deleteThenInsert(out.builds));
    if (out.builds.length + out.uses.length + out.declarations.length + out.diagnostics.length === 0)
      return null;
    const trace = Object.keys(files.trace).length > 0 ? { trace: files.trace } : {};
    return { path, reader: 'typescript', version, dialect: context.dialect, ...out, ...trace };
  },
};
