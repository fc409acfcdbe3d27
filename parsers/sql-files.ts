import type { FileFacts } from '../schema/contracts/facts.ts';
import { projectOf, type Reader } from './reader.ts';
import { readerVersion, readSqlFile } from './sql/index.ts';
import { readSqlmesh } from './sqlmesh/read.ts';

const sqlmeshVersion = 2;
const version = readerVersion + sqlmeshVersion;

/** `.sql` files of no project, SQLMesh's among them, which are known by their head. Templates that a generator fills with names are left out: what
 * they make is read where it is checked in. */
export const sqlFileReader: Reader = {
  name: 'sql',
  version,
  match: (path, context) => {
    if (!/\.(sql|ddl|hql|bq)$/i.test(path)) return false;
    const project = projectOf(path, 'bqetl', context);
    if (project === undefined) return true;
    return path.slice(project.root === '' ? 0 : project.root.length + 1).startsWith('sql/');
  },
  read: (path, text, { dialect }): FileFacts => ({
    ...(readSqlmesh(path, text, dialect) ?? readSqlFile(path, text, dialect)),
    reader: 'sql',
    version,
  }),
};
