import { Client } from '@temporalio/client';
import { useTemporal } from '../../temporal/connection.js';

/**
 * Connects to Temporal, runs `work` with a client, and closes the connection.
 *
 * @throws {SuiteFailure} with cause and remedy when Temporal cannot be used
 */
export function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return useTemporal(({ connection, namespace, dataConverter }) => work(new Client({ connection, namespace, dataConverter })));
}
