/** What a statement names: the words that must stand in the lines that it cites. */

const notNames = new Set(
  `select from where and or not in is null between like ilike rlike case when then else end cast safe_cast try_cast as distinct exists true false
  on using any all some interval date timestamp datetime time day month year over partition by order asc desc array struct unnest coalesce ifnull
  nullif lower upper trim date_trunc date_sub date_add current_date current_timestamp extract string int64 float64 numeric bool boolean integer
  text varchar`.split(/\s+/),
);

export interface Named {
  /** Values as code writes them between quotes, or numbers of more than one digit. */
  readonly literals: readonly string[];
  readonly identifiers: readonly string[];
}

/** Names in a predicate. Keywords, common functions and everything that is called are no names. */
export function namedInSql(sql: string): Named {
  const literals = [...sql.matchAll(/'((?:[^'\\]|\\.|'')*)'|"([^"]*)"/g)].map((match) =>
    (match[1] ?? match[2] ?? '').replaceAll("''", "'"),
  );
  const bare = sql.replace(/'(?:[^'\\]|\\.|'')*'|"[^"]*"/g, ' ');
  const numbers = [...bare.matchAll(/(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g)].map(([text]) => text);
  const words = [...bare.matchAll(/[\p{L}_][\p{L}\p{N}_]*(?!\s*\(|[\p{L}\p{N}_])/gu)].map(([text]) => text);
  return {
    literals: [...literals, ...numbers.filter((text) => text.length > 1)].filter((text) => text !== ''),
    identifiers: words.filter((word) => !notNames.has(word.toLowerCase())),
  };
}

/** Names in prose: what stands in backticks, and words with an underscore. Between straight single or double quotes: literals. */
export function namedInText(text: string): Named {
  const ticked = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  const rest = text.replace(/`[^`\n]+`/g, ' ');
  const quoted = [
    ...rest.matchAll(/(?<![\p{L}\p{N}])'([^'\n]{1,60})'(?![\p{L}\p{N}])|"([^"\n]{1,60})"/gu),
  ].map((match) => (match[1] ?? match[2]) as string);
  const underscored = [...rest.matchAll(/(?<![\p{L}\p{N}_.])[\p{L}\p{N}]+(?:_+[\p{L}\p{N}]+)+/gu)].map(
    ([word]) => word,
  );
  const plain = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
  return {
    literals: [...quoted, ...ticked.filter((part) => !plain.test(part))],
    identifiers: [...underscored, ...ticked.filter((part) => plain.test(part))],
  };
}

/** Whether lines hold a name as a word of its own, whatever its letter case. Of a dotted name the last part counts. */
export function holdsName(lines: string, name: string): boolean {
  const last = name.replaceAll(/["`]/g, '').split('.').at(-1) ?? name;
  if (last === '') return false;
  const escaped = last.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'iu').test(lines);
}

/** Whether lines hold a value, whatever its letter case: not as a part of a longer word or number. The empty value stands in quotes. */
export function holdsLiteral(lines: string, value: string): boolean {
  const wanted = value.trim().toLowerCase();
  if (wanted === '') return /(?<!')''(?!')|(?<!")""(?!")/.test(lines);
  const text = lines.toLowerCase();
  const word = /[\p{L}\p{N}_]/u;
  const goesOn = (inside: string, outside: string) => word.test(inside) && word.test(outside);
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    if (!goesOn(wanted[0] ?? '', text[at - 1] ?? '') && !goesOn(wanted.at(-1) ?? '', text[end] ?? '')) return true;
  }
  return false;
} // prettier-ignore

/** Whether code holds a predicate as it stands, or each of its parts between ANDs: whatever its layout, letter case, quotes of names and aliases of tables. */
export function holdsPredicate(lines: string, sql: string): boolean {
  const code = inOneForm(lines);
  const whole = inOneForm(sql);
  return (
    holdsWhole(code, whole) ||
    whole.split(/\band\b/).every((part) => part.trim() === '' || holdsWhole(code, part.trim()))
  );
}

/** Not in the middle of a longer name. */
function holdsWhole(code: string, part: string): boolean {
  for (let at = code.indexOf(part); at >= 0; at = code.indexOf(part, at + 1)) {
    const around = (code[at - 1] ?? ' ') + (code[at + part.length] ?? ' ');
    if (!/\w/.test(around)) return true;
  }
  return false;
}

const inOneForm = (sql: string): string =>
  sql
    .replace(/--.*$/gm, ' ')
    .toLowerCase()
    .replace(/["`[\]()]/g, ' ')
    .replace(/!=/g, '<>')
    .replace(/(?<![\w.'])[a-z_]\w*\.(?=[a-z_])/g, '')
    .replace(/[<>=]+|,/g, ' $& ')
    .replace(/\s+/g, ' ')
    .trim();
