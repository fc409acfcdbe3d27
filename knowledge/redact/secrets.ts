import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { findAll, type Finding, type Pattern } from './finding.ts';

/**
 * Keys and tokens that their makers gave a form of their own are known to secretlint's recommended rules. What remains is known by
 * its surroundings.
 */
export function findSecrets(text: string): Finding[] {
  return [...findWithSecretlint(text), ...findAll(text, patterns)];
}

/** `filter-comments` would let a comment in an untrusted file switch redaction off. */
const scanners = (rules as unknown as readonly Rule[]).filter(
  ({ meta }) => meta.type === 'scanner' && !meta.id.endsWith('filter-comments'),
);

/** Runs the rules by their contract without secretlint's engine, which reads files and answers later. */
function findWithSecretlint(text: string): Finding[] {
  const found: Finding[] = [];
  for (const rule of scanners) {
    const kind = rule.meta.id.slice(rule.meta.id.lastIndexOf('-rule-') + '-rule-'.length);
    const handler = rule.create(
      {
        sharedOptions: { maskSecrets: false },
        createTranslator: () => (id: unknown) => ({ message: String(id), messageId: String(id) }),
        ignore: () => undefined,
        report: ({ range }: { range: readonly [number, number] }) =>
          found.push({ kind, from: range[0], to: endOfWord(text, range[1]) }),
      },
      {},
    );
    void handler.file?.(sourceOf(text));
  }
  return found;
}

/** Some rules measure the secret but count from the start of its name, so what they report ends within the secret. */
function endOfWord(text: string, from: number): number {
  const rest = /[\w+/=~.-]{0,256}/y;
  rest.lastIndex = from;
  return from + (rest.exec(text)?.[0].length ?? 0);
}

/** What we use of a rule: the package's own types lean on one that it does not bring along. */
interface Rule {
  readonly meta: { readonly id: string; readonly type: string };
  create(context: object, options: object): { file?(source: Source): unknown };
}

interface Source {
  readonly content: string;
  readonly [other: string]: unknown;
}

const nowhere = { line: 1, column: 0 };
const sourceOf = (content: string): Source => ({
  content,
  filePath: 'text.txt',
  ext: '.txt',
  contentType: 'text',
  hasBOM: false,
  indexToPosition: () => nowhere,
  locationToRange: () => [0, 0],
  positionToIndex: () => 0,
  rangeToLocation: () => ({ start: nowhere, end: nowhere }),
});

/** Variables, templates and stand-ins where a secret would be. */
const placeholder =
  /^(?:[$%{<?:*x•.]|env|os\.|var\.|null$|none$|true$|false$|changeme|example|your|redacted|todo)|\{\{|\$\{|«redacted/i;
const isSecret = (value: string): boolean => !placeholder.test(value);
/** Looks made by a machine or a cautious person: not the name of a column, a file or a setting. */
const isRandom = (value: string): boolean =>
  isSecret(value) &&
  /\d/.test(value) &&
  /[A-Za-z]/.test(value) &&
  !/^[\w-]*(?:_id|_key|_name|_at|\.\w{1,4})$/i.test(value);
/** Words, which may end in digits, and numbers in a row, as names are made. */
const isName = (value: string): boolean =>
  value.split(/[-_./+=]|(?=[A-Z][a-z]{2})/).every((part) => /^(?:[A-Za-z]*\d{0,2}|\d+)$/.test(part));

/** The end of the name of a key or token, with what stands between it and the value. Behind a colon it is a part of a path, as in AWS's names of resources. */
const named =
  /(?<!:)(?:secret|token|credentials?|(?:api|access|secret|auth|service|private)[ _-]?key)["']?\s*(?:=>|:=|=|:|\bis\b)\s*/
    .source;

const patterns: readonly Pattern[] = [
  {
    kind: 'private-key',
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[\s\S]*)/dg,
    source: 'RFC 7468 and RFC 4880 armour; a block whose end is missing hides the rest of the text',
  },
  {
    kind: 'jwt',
    pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{8,}\.[\w-]{10,}/dg,
    source: 'RFC 7519: two base64url JSON objects, which begin with {", and a signature',
  },
  {
    kind: 'aws',
    pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/dg,
    source: "AWS IAM's unique ids: prefix and base32",
  },
  {
    kind: 'google-api-key',
    pattern: /\bAIza[\w-]{35}(?![\w-])/dg,
    source: "the form of Google Cloud's API keys",
  },
  {
    kind: 'password',
    pattern: /(?<=\w):\/\/[^\s:/@'"]*:(?<secret>[^\s/'"]+)@(?=[\w.[-])/dgi,
    source: 'RFC 3986 user information',
    holds: isSecret,
  },
  {
    kind: 'password',
    pattern: /;\s*(?:pwd|password)\s*=\s*(?<secret>[^;'"\s]{3,})/dgi,
    source: 'ODBC and ADO.NET connection strings',
    holds: isSecret,
  },
  {
    kind: 'password',
    pattern:
      /(?:password|passwd|passphrase|pwd)["']?\s*(?:=>|:=|=|:)\s*(["'])(?<secret>(?:(?!\1)\S){4,})\1/dgi,
    source: 'a quoted value given to a name that ends in password',
    holds: (value) => isSecret(value) && !/password|passwd|passphrase|pwd|hash/i.test(value),
  },
  {
    kind: 'password',
    pattern:
      /(?:password|passwd|passphrase|pwd|\bpw)(?:\s*:\s*|\s+is\s+|(?<=[A-Z])=)(?<secret>[^\s'",;(){}[\]<>]{4,})/dgi,
    source: 'a bare value after a colon, as in YAML and comments, or after an equals sign, as in env files',
    holds: (value) =>
      isSecret(value) && /[\d!#%^&*]/.test(value) && !/^\w*(?:char|int|text|string)\w*$/i.test(value),
  },
  {
    kind: 'token',
    pattern: new RegExp(`${named}(["'])(?<secret>[^\\s"']{12,})\\1`, 'dgi'),
    source: 'a quoted value that looks random, given to a name that ends in token, key or secret',
    holds: isRandom,
  },
  {
    kind: 'token',
    pattern: /(?:SECRET|TOKEN|API_?KEY|ACCESS_?KEY)\s?[=:]\s?(?<secret>[\w+/.=-]{16,})/dg,
    source: 'a bare value that looks random, given to a name in capitals, as in env files',
    holds: isRandom,
  },
  {
    kind: 'token',
    pattern: new RegExp(`${named}["']?(?<secret>[\\w+/.=-]{20,})(?![\\w+/.=([-])`, 'dgi'),
    source: 'the same in small letters and in prose, as YAML and comments have it; not a call',
    holds: (value) => isRandom(value) && !isName(value),
  },
  {
    kind: 'token',
    pattern: /\b(?:sk-|dbt[cu]_)[\w-]{20,}/dg,
    source: "the forms of OpenAI's and dbt Cloud's keys, whatever follows the prefix",
    holds: isRandom,
  },
  {
    kind: 'token',
    pattern: /[?&;]sig=(?<secret>[\w%+/=-]{20,})/dg,
    source: "the signature of Azure's shared access URLs",
  },
  {
    kind: 'token',
    pattern: /\b(?:Bearer|Basic)\s+(?<secret>[\w.~+/-]{16,}=*)/dg,
    source: 'RFC 6750 and RFC 7617 headers',
    holds: isRandom,
  },
];
