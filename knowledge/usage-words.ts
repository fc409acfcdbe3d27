/** `hundreds` → "hundreds of queries a week, rising"; `none` → "no queries". */
export function usageWords(band: string, trend: string): string {
  if (band === 'none') return 'no queries';
  const count = band === 'a few' ? 'a few queries' : `${band} of queries`;
  return `${count} a week${trend === 'unknown' ? '' : `, ${trend}`}`;
}
