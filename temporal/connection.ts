import { Connection, isGrpcServiceError } from '@temporalio/client';
import { invalidSettings, unreachable } from './reachability.js';
import { readTemporalSettings } from './settings.js';
import { temporalTrouble } from './trouble.js';

/** A connection to Temporal, with the address and namespace in use. */
export interface TemporalConnection {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
}

const CONNECT_TIMEOUT = '5s';

/**
 * Connects to Temporal with its environment configuration; see `readTemporalSettings`.
 *
 * @throws {SuiteFailure} `TemporalSettings` or `TemporalDenied`, naming the variable or profile; `TemporalUnreachable`,
 *   naming the address, when no server answers within 5 s
 */
export async function connectTemporal(): Promise<TemporalConnection> {
  const settings = readTemporalSettings();
  const { connectionOptions, address, namespace } = settings;
  try {
    const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: CONNECT_TIMEOUT });
    return { connection, address, namespace };
  } catch (error) {
    throw (await temporalTrouble(error, settings)) ?? (await noConnection(error));
  }

  function noConnection(error: unknown) {
    if (error instanceof Error && !isGrpcServiceError(error.cause) && !/deadline/.test(error.message))
      return invalidSettings(settings, error);
    return unreachable(settings, error);
  }
}

/**
 * Connects to Temporal, runs `work`, and closes the connection.
 *
 * @throws {SuiteFailure} with cause and remedy when Temporal cannot be used; see `connectTemporal` and `temporalTrouble`
 */
export async function useTemporal<T>(work: (temporal: TemporalConnection) => Promise<T>): Promise<T> {
  const temporal = await connectTemporal();
  try {
    return await explainTrouble(temporal, () => work(temporal));
  } finally {
    await temporal.connection.close();
  }
}

/** Runs `work`, and names cause and remedy when Temporal refuses or does not answer one of its requests. */
export async function explainTrouble<T>(temporal: TemporalConnection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw (await temporalTrouble(error, temporal)) ?? error;
  }
}
