import {
  findings,
  projectOf,
  textHash,
  tracedFiles,
  type ProjectContext,
  type ReadContext,
  type Reader,
} from '../reader.ts';
import { deleteThenInsert } from '../rewrites.ts';
import { indexOf, isDefinition, loadDataformProject } from './load.ts';
import { resolveRef } from './names.ts';
import { dataformSettings } from './project.ts';
import { readDefinitions } from './read-js.ts';
import { readSqlx } from './read-sqlx.ts';

const version = 6;

/** Dataform: `.sqlx` files and the JavaScript of `definitions/`. */
export const dataformReader: Reader = {
  name: 'dataform',
  version,
  match: (path, context) => {
    const project = projectOf(path, 'dataform', context);
    return project !== undefined && isDefinition(path, project);
  },
  read: (path, text, context) => {
    const project = projectOf(path, 'dataform', context);
    if (project === undefined) return null;
    const files = tracedFiles(context);
    const loaded = loadDataformProject(project, context, files);
    const out = findings();
    if (path.endsWith('.sqlx')) readSqlx(path, text, loaded, files, out);
    else readDefinitions(path, text, loaded, files, out);
    out.builds.splice(0, out.builds.length, ...deleteThenInsert(out.builds));
    return {
      path,
      reader: 'dataform',
      version,
      dialect: loaded.settings.dialect,
      ...out,
      trace: files.trace,
    };
  },
};

/** The present value of a `ref:` entry of a trace. */
export function refTrace(key: string, project: ProjectContext, context: ReadContext): string {
  const parts = key.slice('ref:'.length).split('.');
  const [name = '', schema, database] = parts.reverse();
  const settings = dataformSettings(project, { trace: {}, file: (path) => context.file?.(path)?.text });
  const asked = {
    name,
    ...(schema === undefined ? {} : { schema }),
    ...(database === undefined ? {} : { database }),
  };
  return textHash(resolveRef(asked, indexOf(project, context), settings).address.join('.'));
}
