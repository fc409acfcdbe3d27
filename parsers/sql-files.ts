import { projectOf, type Reader } from './reader.ts';
import { readerVersion, readSqlFile } from './sql/index.ts';

/** `.sql` files of no project. Templates that a generator fills with names are left out: what they make is read where it is checked in. */
export const sqlFileReader: Reader = {
  name: 'sql',
  version: readerVersion,
  match: (path, context) => {
    if (!/\.(sql|ddl|hql|bq)$/i.test(path)) return false;
    const project = projectOf(path, 'bqetl', context);
    if (project === undefined) return true;
    return path.slice(project.root === '' ? 0 : project.root.length + 1).startsWith('sql/');
  },
  read: (path, text, context) => readSqlFile(path, text, context.dialect),
};
