import { Connection, isGrpcServiceError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadDataConverter } from './codec/data-converter.js';
import { invalidSettings, unreachable } from './reachability.js';
import { readTemporalSettings } from './settings.js';
import { temporalTrouble } from './trouble.js';

/** A connection to Temporal, with the address, namespace and data converter in use. */
export interface TemporalConnection {
  readonly connection: Connection;
  readonly address: string;
  readonly namespace: string;
  /** For every client and worker on this connection. */
  readonly dataConverter: DataConverter;
}

const CONNECT_TIMEOUT = '5s';

/**
 * Connects to Temporal with its environment configuration; see `readTemporalSettings`.
 *
 * @param keyFile key file that encrypts all payloads. Default: PAYLOAD_KEY_FILE; without it, payloads are plain
 * @throws {SuiteFailure} `TemporalSettings` or `TemporalDenied`, naming the variable or profile; `TemporalUnreachable`,
 *   naming the address, when no server answers within 5 s
 * @throws {Error} naming the key file when it is missing or invalid
 */
export async function connectTemporal(keyFile = process.env.PAYLOAD_KEY_FILE): Promise<TemporalConnection> {
  const dataConverter = await loadDataConverter(keyFile);
  const settings = readTemporalSettings();
  const { connectionOptions, address, namespace } = settings;
  try {
    const connection = await Connection.connect({ ...connectionOptions, address, connectTimeout: CONNECT_TIMEOUT });
    return { connection, address, namespace, dataConverter };
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
