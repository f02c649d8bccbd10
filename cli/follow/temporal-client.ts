import { Client } from '@temporalio/client';
import { useTemporal } from '../../temporal/connection.js';
import { openTracing } from '../../temporal/tracing/open-tracing.js';
import { complain } from '../output/say.js';

/**
 * Connects to Temporal, runs `work` with a client, and closes the connection.
 *
 * @throws {SuiteFailure} with cause and remedy when Temporal cannot be used
 */
export function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  return useTemporal(async ({ connection, namespace, dataConverter }) => {
    const tracing = await openTracing('dynamo-bench', (message) => complain(`warning: ${message}`));
    const interceptors = { workflow: tracing ? [tracing.clientInterceptor] : [] };
    try {
      return await work(new Client({ connection, namespace, dataConverter, interceptors }));
    } finally {
      await tracing?.close();
    }
  });
}
