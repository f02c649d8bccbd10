import { Client } from '@temporalio/client';
import { connectTemporal } from '../../temporal/connection.js';

/**
 * Connects to Temporal, runs `work` with a client, and closes the connection.
 *
 * @throws {Error} when no server answers
 */
export async function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const { connection, namespace } = await connectTemporal();
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}
