import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** A connection by Temporal's environment configuration: TEMPORAL_ADDRESS and so on, or a profile of temporal.toml. */
export interface TemporalConnection {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
}

const CONNECT_TIMEOUT = '5s';

/** @throws {Error} naming the address, and how to get another one */
export async function connectTemporal(): Promise<TemporalConnection> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
    return { connection, address, namespace };
  } catch (error) {
    throw new Error(
      `no Temporal server at ${address}: start one (make up starts one here), or set TEMPORAL_ADDRESS or a profile in temporal.toml`,
      { cause: error },
    );
  }
}
