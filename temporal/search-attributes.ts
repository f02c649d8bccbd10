import type { Connection } from '@temporalio/client';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../workflows/shared/messages.js';

const NAMES = [SUITE_NAME, SUITE_VERDICT, SUITE_TEST].map(({ name }) => name);

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;

/** The suite's search attributes that the Temporal namespace does not have. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return NAMES.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
}

/** What a person types to register them. */
export function registerCommand(namespace: string, names: readonly string[]): string {
  const flags = names.map((name) => `--name ${name} --type Keyword`).join(' ');
  return `temporal operator search-attribute create --namespace ${namespace} ${flags}`;
}

/**
 * Registers what is missing. A workflow that sets an attribute which the server does not know never gets on, without
 * saying so; the worker must not start then.
 *
 * @throws {Error} with the command to type when the server does not let the worker register them
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    throw new Error(
      `the search attributes ${missing.join(', ')} are missing; register them: ${registerCommand(namespace, missing)}`,
      {
        cause: error,
      },
    );
  }
}
