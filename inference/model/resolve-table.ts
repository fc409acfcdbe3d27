/** Finds the table that a name means among the known ones: the id, or the end of just one id, whatever the letter case and quotes. */
export function tableResolver(tables: Iterable<string>): (name: string) => string | null {
  const byEnd = new Map<string, Set<string>>();
  for (const table of tables) {
    const parts = plain(table).split('.');
    for (let from = 0; from < parts.length; from += 1) {
      const end = parts.slice(from).join('.');
      byEnd.set(end, (byEnd.get(end) ?? new Set()).add(table));
    }
  }
  return (name) => {
    const found = [...(byEnd.get(plain(name)) ?? [])];
    const exact = found.filter((table) => plain(table) === plain(name));
    const [one, another] = exact.length > 0 ? exact : found;
    return one !== undefined && another === undefined ? one : null;
  };
}

const plain = (name: string): string => name.replaceAll(/["`]/g, '').trim().toLowerCase();
