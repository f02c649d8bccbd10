import { Client } from '@temporalio/client';
import { connectTemporal } from '../../temporal/connection.js';

/** Connects to Temporal, works with it, and closes the connection. */
export async function withTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const { connection, namespace } = await connectTemporal();
  try {
    return await work(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}
