import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** A connection to Temporal, with the address and namespace in use. */
export interface TemporalConnection {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
}

const CONNECT_TIMEOUT = '5s';

/**
 * Connects to Temporal with its environment configuration: TEMPORAL_ADDRESS and the other variables, or a profile in
 * temporal.toml. Default: localhost:7233, namespace `default`.
 *
 * @throws {Error} naming the address when no server answers within 5 s
 */
export async function connectTemporal(): Promise<TemporalConnection> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT });
    return { connection, address, namespace };
  } catch (error) {
    throw new Error(
      `Cannot connect to a Temporal server at ${address}: start one (\`make up\` starts a local one), or set TEMPORAL_ADDRESS or a profile in temporal.toml`,
      { cause: error },
    );
  }
}
