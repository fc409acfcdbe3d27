/** Families of SQL types: names of one family hold the same values in different warehouses. */
const families: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['boolean', /^bool/],
  ['timestamp', /^(timestamp|datetime|smalldatetime)/],
  ['date', /^date\b/],
  ['time', /^time\b/],
  ['interval', /^interval/],
  // Snowflake's NUMBER and Oracle's hold both integers and decimals, so whole and decimal numbers are one family.
  [
    'number',
    /^(u?int|integer|(big|small|tiny|medium)int|byteint|num|decimal|dec\b|bigdecimal|bignumeric|float|double|real|money|long|short)/,
  ],
  [
    'text',
    /^(string|text|varchar|nvarchar|char|character|nchar|bpchar|clob|fixedstring|lowcardinality\(string)/,
  ],
  ['binary', /^(bytes|bytea|binary|varbinary|blob)/],
  ['json', /^(json|jsonb|variant|super)/],
  ['array', /^(array|list)|\[\]$/],
  ['struct', /^(struct|record|row|object|map)/],
];

/** The family of a type as written; the type itself, lower case, when it is of none. ClickHouse's `Nullable(…)` is looked through. */
export function typeFamily(type: string): string {
  const plain = type
    .trim()
    .toLowerCase()
    .replace(/^nullable\((.*)\)$/, '$1');
  const array = families.find(([name, pattern]) => name === 'array' && pattern.test(plain));
  return (array ?? families.find(([, pattern]) => pattern.test(plain)))?.[0] ?? plain;
}
