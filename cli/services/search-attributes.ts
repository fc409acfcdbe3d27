import type { Connection } from '@temporalio/client';
import { SystemError, UserError } from '../../schema/contracts/errors.ts';

export type SearchAttributeType = 'Text' | 'Keyword' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

/** Names of search attributes with their types. */
export type SearchAttributes = Readonly<Record<string, SearchAttributeType>>;

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueType: Readonly<Record<SearchAttributeType, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/**
 * Registers those of `attributes` that the namespace does not have. Registering needs an operator's permission: without
 * it, the error names the command that an operator can run. Throws too when one exists with another type.
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
  attributes: SearchAttributes,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const known = new Map(Object.entries(customAttributes));
  const wanted = Object.entries(attributes);
  for (const [name, type] of wanted) {
    const found = known.get(name) ?? indexedValueType[type];
    if (found === indexedValueType[type]) continue;
    throw new UserError(`Search attribute ${name} of namespace ${namespace} is not of type ${type}.`, {
      next: 'Remove or rename it.',
    });
  }
  const missing = wanted.filter(([name]) => !known.has(name));
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexedValueType[type]])),
    });
  } catch (cause) {
    throw new SystemError(`Search attributes cannot be registered in namespace ${namespace}.`, {
      next: `Somebody with the permission can: ${registrationCommand(namespace, missing)}`,
      cause,
    });
  }
}

function registrationCommand(namespace: string, missing: readonly (readonly [string, string])[]): string {
  const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
}
