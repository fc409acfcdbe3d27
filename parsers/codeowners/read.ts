import picomatch from 'picomatch';

export interface OwnersRule {
  readonly pattern: string;
  /** Empty: the rule takes ownership away. */
  readonly owners: readonly string[];
  readonly line: number;
}

/** The rules of a CODEOWNERS file, in order. Section headings (`[Docs] @team`, GitLab) give their owners to rules that name none. */
export function parseCodeowners(text: string): OwnersRule[] {
  const rules: OwnersRule[] = [];
  let sectionOwners: readonly string[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') return;
    const section = /^\^?\[[^\]]*\](\[\d+\])?\s*(.*)$/.exec(line);
    if (section !== null) {
      sectionOwners = (section[2] ?? '').split(/\s+/).filter(isOwner);
      return;
    }
    const [pattern = '', ...words] = line.split(/(?<!\\)\s+/).map((word) => word.replace(/\\ /g, ' '));
    const owners = words.filter(isOwner);
    rules.push({ pattern, owners: owners.length > 0 ? owners : sectionOwners, line: index + 1 });
  });
  return rules;
}

const isOwner = (word: string): boolean => word.includes('@');

export interface OwnersMatch {
  readonly owners: readonly string[];
  readonly line: number;
}

/** Finds a path's owners: the last rule that matches wins; null when none does or it names nobody. */
export function ownersOf(rules: readonly OwnersRule[]): (path: string) => OwnersMatch | null {
  const compiled = rules.map((rule) => ({ rule, fits: ruleMatcher(rule.pattern) })).reverse();
  return (path) => {
    const found = compiled.find(({ fits }) => fits(path))?.rule;
    return found === undefined || found.owners.length === 0
      ? null
      : { owners: found.owners, line: found.line };
  };
}

/** gitignore's rules as CODEOWNERS has them: no slash inside: any depth; a folder owns all below it; `/*` only the level itself. */
function ruleMatcher(pattern: string): (path: string) => boolean {
  const anchored = pattern.slice(0, -1).includes('/');
  const body = pattern.replace(/^\//, '').replace(/\/$/, '');
  const base = anchored || body.startsWith('**/') ? body : `**/${body}`;
  const deep = !/(^|\/)\*$/.test(body) || body === '*';
  const globs = pattern.endsWith('/') ? [`${base}/**`] : deep ? [base, `${base}/**`] : [base];
  const matchers = globs.map((glob) =>
    picomatch(glob, { dot: true, nobrace: true, noextglob: true, nonegate: true }),
  );
  return (path) => matchers.some((matches) => matches(path));
}
