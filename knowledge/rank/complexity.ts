/** Why a query is no example of a question, in words; null where it may be one. */
export interface Complexity {
  readonly onlyLooks: string | null;
  readonly writes: string | null;
}

const writing =
  /^(?:MERGE|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|TRUNCATE|COPY|LOAD|EXPORT|GRANT|REVOKE|CALL|BEGIN|DECLARE|EXECUTE|SET|USE|SHOW|DESCRIBE|EXPLAIN)\b/i;
const statementInside = /;\s*(?:CREATE|INSERT|MERGE|UPDATE|DELETE|DROP)\b/i;
/** Words that make more of rows than showing them. */
const work = /\b(?:JOIN|GROUP BY|OVER|UNION|HAVING|QUALIFY|PIVOT)\b|,\s*(?:LATERAL|UNNEST)\b/;
const star = /^SELECT (?:DISTINCT )?(?:[\w`".]+\.)?\* (?:(?:EXCEPT|REPLACE|EXCLUDE)\b[^)]*\) )?FROM /;
const bareCount = /^SELECT COUNT\(\*\)(?: AS \S+| \w+)? FROM \S+(?: \w+)?(?: WHERE .*)?$/;

/** Judges a normalised query by its form. */
export function complexityOf(sql: string): Complexity {
  return {
    onlyLooks:
      star.test(sql) && !work.test(sql)
        ? 'only looks at rows of one table'
        : bareCount.test(sql) && !work.test(sql)
          ? 'only counts rows'
          : null,
    writes: writing.test(sql)
      ? 'no question: it writes or sets something'
      : statementInside.test(sql)
        ? 'a script with several statements'
        : null,
  };
}
