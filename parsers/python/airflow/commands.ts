import { readable } from '../../runtime-text.ts';

/** Files that a shell command runs: scripts of Python, Spark, SQL and shell. Run-time parts stay as `{name}`. */
export function commandRuns(command: string): string[] {
  const out = new Set<string>();
  const text = readable(command).replace(/\\\n/g, ' ');
  for (const word of text.split(/\s+|&&|\|\||;/)) {
    const file = word
      .replace(/^["']|["',]$/g, '')
      .replace(/^[<@]/, '')
      .replace(/^--?[\w-]+=/, '');
    if (/^[^\s$`(]+\.(py|sql|sh|jar|ipynb|r)$/i.test(file)) out.add(file);
  }
  return [...out];
}
