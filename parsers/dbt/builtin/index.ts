/**
 * Macros that projects expect without having them in their repository: dbt's own and those of the packages that most projects install but
 * do not commit. Written here for what they write into a query, not for what they run in a warehouse. A vendored package's macros come
 * first, since they are added later.
 */
import { dateMacros } from './dbt-date.ts';
import { utilsMacros } from './dbt-utils.ts';
import { utilsSqlMacros } from './dbt-utils-sql.ts';
import { crossDatabaseMacros } from './dbt.ts';
import { typeMacros } from './dbt-types.ts';

export const builtinMacros: readonly (readonly [packageName: string, text: string])[] = [
  ['dbt', crossDatabaseMacros + typeMacros],
  ['dbt_utils', utilsMacros + utilsSqlMacros],
  ['dbt_date', dateMacros],
];
