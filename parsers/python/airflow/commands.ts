import { readable } from '../../runtime-text.ts';

/** Files and projects that a shell command runs: scripts of Python, Spark, SQL and shell, and dbt's project (`dbt:<folder>`, `dbt:` when it names
 * none). Run-time parts stay as `{name}`. */
export function commandRuns(command: string): string[] {
  const out = new Set<string>();
  const text = readable(command).replace(/\\\n/g, ' ');
  for (const line of text.split(/\n|&&|\|\||;/)) {
    const words = line
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/^["']|["',]$/g, ''));
    if (
      words.some((word) => /(^|\/)dbt$/.test(word)) &&
      words.some((word) => /^(run|build|test|snapshot|seed|source|compile)$/.test(word))
    ) {
      const folder = optionOf(words, '--project-dir') ?? /\bcd\s+(\S+)/.exec(text)?.[1] ?? '';
      out.add(`dbt:${folder}`);
    }
    for (const word of words) {
      const file = word.replace(/^[<@]/, '').replace(/^--?[\w-]+=/, '');
      if (/^[^\s$`(]+\.(py|sql|sh|jar|ipynb|r)$/i.test(file)) out.add(file);
    }
  }
  return [...out];
}

function optionOf(words: readonly string[], option: string): string | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return words[at]?.split('=')[1] ?? words[at + 1];
}
