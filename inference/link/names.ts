/**
 * Resolves names in code to table ids, in one place for every kind of file. Names that code leaves short are completed, in this
 * order: by the build's own context (`USE`, search path), by the configuration's defaults for the path, by the one known table that ends
 * in the same parts. A name that none of these completes stays as short as it is. Of a name with parts that only the run knows
 * (`{schema}.orders`), the parts that are known count: no default stands in for a part that the code takes from elsewhere.
 */
import picomatch from 'picomatch';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import {
  formatTableId,
  isTemporary,
  knownParts,
  normaliseParts,
  tableIdParts,
  temporaryTableId,
} from './table-id.ts';

export interface NameScope {
  readonly path: string;
  readonly dialect: Dialect;
  /** Default parts, outermost first, of the build that the name stands in. */
  readonly context?: readonly string[];
  /** Lower-case names of the file's temporary tables. */
  readonly temporary?: ReadonlySet<string>;
}

export interface NameResolver {
  resolve(ref: NameRef, scope: NameScope): TableId;
}

type NamingConfig = Pick<RepoConfig, 'defaults' | 'targets'>;

/** `known`: names that are written in full somewhere or belong to a table that is built or declared. */
export function createNameResolver(config: NamingConfig, known: Iterable<TableId>): NameResolver {
  const complete = completer(config);
  const endings = indexEndings(known);
  const retarget = targetMapper(config.targets);
  const cache = new Map<string, TableId>();
  return {
    resolve(ref, scope) {
      if (ref.parts.length === 1 && scope.temporary?.has((ref.parts[0] ?? '').toLowerCase())) {
        return temporaryTableId(scope.path, ref.parts[0] ?? '');
      }
      const parts = complete(ref, scope);
      const key = parts.join('\u001f');
      let id = cache.get(key);
      if (id === undefined) {
        id = retarget(endings(parts) ?? formatTableId(parts));
        cache.set(key, id);
      }
      return id;
    },
  };
}

/** The parts of a name by context and defaults alone: what is known before all names are. */
export function completer(
  config: Pick<RepoConfig, 'defaults'>,
): (ref: NameRef, scope: NameScope) => string[] {
  const rules = config.defaults.map((rule) => ({ ...rule, matches: picomatch(rule.paths, { dot: true }) }));
  const byPath = new Map<string, { catalog?: string | undefined; schema?: string | undefined }>();
  const defaultsOf = (path: string) => {
    const known = byPath.get(path);
    if (known) return known;
    const found: { catalog?: string | undefined; schema?: string | undefined } = {};
    for (const rule of rules) {
      if (!rule.matches(path)) continue;
      if (rule.catalog !== undefined) found.catalog = rule.catalog;
      if (rule.schema !== undefined) found.schema = rule.schema;
    }
    byPath.set(path, found);
    return found;
  };
  return (ref, scope) => {
    const known = knownParts(ref.parts);
    const parts = normaliseParts(known, scope.dialect);
    const schemaIsTold = known.length === 1 && ref.parts.length > 1;
    if (parts.length >= 3 || schemaIsTold || isAddress(known)) return parts;
    const { catalog, schema } = defaultsOf(scope.path);
    const context = scope.context ?? [];
    const outer = context.length >= 2 ? context.slice(-2) : [catalog, context[0] ?? schema];
    const [defaultCatalog, defaultSchema] = outer;
    const withSchema = parts.length === 1 && defaultSchema !== undefined ? [defaultSchema, ...parts] : parts;
    return withSchema.length === 2 && defaultCatalog !== undefined
      ? [defaultCatalog, ...withSchema]
      : withSchema;
  };
}

/** A file or a folder: its address is its whole name. */
const isAddress = (parts: readonly string[]): boolean => parts.length === 1 && (parts[0] ?? '').includes('/');

const ambiguous = Symbol('ambiguous');

/** For short names: the one longer known name that ends in the same parts, whatever its case; undefined when there is none or several. */
function indexEndings(known: Iterable<TableId>): (parts: readonly string[]) => TableId | undefined {
  const exact = new Map<string, TableId>();
  const byEnding = new Map<string, TableId | typeof ambiguous>();
  for (const id of known) {
    if (isTemporary(id)) continue;
    const parts = tableIdParts(id).map((part) => part.toLowerCase());
    if (!exact.has(parts.join('\u001f'))) exact.set(parts.join('\u001f'), id);
    for (let from = 1; from < parts.length; from += 1) {
      const ending = parts.slice(from).join('\u001f');
      const other = byEnding.get(ending);
      byEnding.set(ending, other === undefined || other === id ? id : ambiguous);
    }
  }
  return (parts) => {
    const key = parts.join('\u001f').toLowerCase();
    const longer = byEnding.get(key);
    if (typeof longer === 'string') return longer;
    return exact.get(key);
  };
}

function targetMapper(targets: RepoConfig['targets']): (id: TableId) => TableId {
  if (targets.length === 0) return (id) => id;
  const rules = targets.map((rule) => ({ pattern: wildcardPattern(rule.code), warehouse: rule.warehouse }));
  return (id) => {
    for (const { pattern, warehouse } of rules) {
      const match = pattern.exec(id);
      if (!match) continue;
      let next = 1;
      return warehouse.replace(/\*/g, () => match[next++] ?? '');
    }
    return id;
  };
}

const wildcardPattern = (glob: string): RegExp =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '([^.]*)')}$`, 'i');
