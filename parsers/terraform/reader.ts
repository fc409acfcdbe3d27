import type { Dialect } from '../../schema/contracts/dialect.ts';
import { commitKey, findings, tracedFiles, type Reader } from '../reader.ts';
import { parseHcl } from './hcl.ts';
import { moduleOf } from './module.ts';
import { addResource } from './tables.ts';

const version = 1;
/** Longer files are generated. In UTF-16 units. */
const maxLength = 1_000_000;

const relevant = /"(google_bigquery_(table|data_transfer_config)|snowflake_table|aws_glue_catalog_table)"/;

/** The warehouse of a file's tables: what stands first here counts where several do. */
const warehouses: readonly (readonly [RegExp, Dialect])[] = [
  [/"google_bigquery_/, 'bigquery'],
  [/"snowflake_/, 'snowflake'],
  [/"aws_glue_/, 'athena'],
];

/** Terraform: tables with their columns, layout, labels and owners, views, scheduled queries. */
export const terraformReader: Reader = {
  name: 'terraform',
  version,
  match: (path) => path.endsWith('.tf'),
  read: (path, text, context) => {
    if (text.length > maxLength || !relevant.test(text)) return null;
    const files = tracedFiles(context);
    const file = parseHcl(text);
    const out = findings();
    const module = moduleOf(path, file, files, commitKey(context));
    for (const block of file.blocks) addResource(block, { path, module, out });
    const dialect = warehouses.find(([pattern]) => pattern.test(text))?.[1] ?? context.dialect;
    return { path, reader: 'terraform', version, dialect, ...out, trace: files.trace };
  },
};
