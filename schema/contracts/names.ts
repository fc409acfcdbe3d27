/**
 * A relation's identity: `catalog.schema.name`, normalised by dialect and joined by dots. Parts that are not plain
 * identifiers (letters, digits, `_`, `$`, `-`, `*`) stand in double quotes. Fewer than three parts mean that neither the code nor the
 * configuration says the rest.
 */
export type TableId = string;

/**
 * A relation's name as code writes it, before link resolves it.
 * `parts`: one to three identifiers, outermost first, without quotes, in the case that the code has.
 * `line`: 1-based line in the file that it is written in; absent when no single line holds it.
 */
export interface NameRef {
  readonly parts: readonly string[];
  readonly line?: number;
  /** `low`: found by the tolerant reader in a statement that does not parse; absent means read from a syntax tree. */
  readonly confidence?: 'low';
}
