import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../workflows/common/messages.js';

const NAMES = [SUITE_NAME, SUITE_VERDICT, SUITE_TEST].map(({ name }) => name);

/** temporal.api.enums.v1.IndexedValueType */
const KEYWORD = 2;
/** gRPC codes. */
const CODE = { invalidArgument: 3, denied: 7, unimplemented: 12 } as const;

/**
 * Returns the search attributes of the suite that are missing in the Temporal namespace. Where the server denies its
 * operator service, or has none, a query with each attribute shows whether it is registered.
 */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return NAMES.filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
  } catch (error) {
    if (!isGrpcServiceError(error) || (error.code !== CODE.denied && error.code !== CODE.unimplemented)) throw error;
  }
  const missing = await Promise.all(NAMES.map((name) => isUnknown(connection, namespace, name)));
  return NAMES.filter((_, i) => missing[i]);
}

async function isUnknown({ workflowService }: Connection, namespace: string, name: string): Promise<boolean> {
  try {
    await workflowService.countWorkflowExecutions({ namespace, query: `${name} = "registered"` });
    return false;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === CODE.invalidArgument) return true;
    throw error;
  }
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
 * @throws {SuiteFailure} `TemporalDenied`, with the command to run, when the server denies the registration
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return;
  try {
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another worker may have registered them meanwhile.
    const left = await missingSearchAttributes(connection, namespace);
    if (left.length === 0) return;
    throw new SuiteFailure(
      'TemporalDenied',
      `Search attributes ${left.join(', ')} are missing in namespace "${namespace}" and this worker cannot register them`,
      { cause: error, hint: `Register them as an operator: ${registerCommand(namespace, left)}` },
    );
  }
}
