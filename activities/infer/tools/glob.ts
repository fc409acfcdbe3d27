import { RE2JS } from 're2js';
import { own } from '../../../schema/contracts/own.ts';

const longestGlob = 200;
const anywhere: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
};
const inBraces = { ',': '|' };

/**
 * Whether a path fits a glob with `*`, `**`, `?` and `{a,b}`; null: it is none. Made for an engine of linear time: globs as they are usually compiled
 * can be written so that they never end.
 */
export function globMatcher(glob: string): ((path: string) => boolean) | null {
  if (glob.length > longestGlob) return null;
  const parts = glob.match(/\*\*\/|\*\*?|[?{},]|[^*?{},]+/g) ?? [];
  let open = 0;
  const text = parts.map((part) => {
    if (part === '{') open += 1;
    else if (open > 0 && part === '}') {
      open -= 1;
      return ')';
    }
    return own(open > 0 ? { ...anywhere, ...inBraces } : anywhere, part) ?? RE2JS.quote(part);
  });
  if (open > 0) return null;
  const compiled = RE2JS.compile(`^(?:${text.join('')})$`, RE2JS.DOTALL);
  return (path) => compiled.test(path);
}
