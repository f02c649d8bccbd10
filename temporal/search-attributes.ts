import type { Connection } from '@temporalio/client';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../workflows/common/messages.js';

const NAMES = [SUITE_NAME, SUITE_VERDICT, SUITE_TEST].map(({ name }) => name);

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

/** Returns the search attributes of the suite that are missing in the Temporal namespace. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return NAMES.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
}

/** Returns the Temporal CLI command that registers search attributes. */
export function registerCommand(namespace: string, names: readonly string[]): string {
  const flags = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
}

/**
 * Registers the missing search attributes. A workflow that sets an unknown attribute blocks without an error, so the
 * worker must not start without them.
 *
 * @throws {Error} with the command to run when the server denies the registration
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    throw new Error(
      `Search attributes ${missing.join(', ')} are missing in namespace "${namespace}" and this worker cannot register them; run: ${registerCommand(namespace, missing)}`,
      { cause: error },
    );
  }
}
