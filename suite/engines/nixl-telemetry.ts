import type { CounterSeries, EngineWorker } from './engine.js';

/** NIXL's own counters of the transfers of a worker, which NIXL's Prometheus exporter shows. */

/** Port of the exporter: the one that the Dynamo operator reserves for NIXL. */
export const NIXL_PORT = 19_090;

/** What the NIXL agents of a worker counted. The agent that posts a transfer counts its bytes, and the other side none. */
export type NixlQuantity =
  /** Bytes of the transfers that the worker read. */
  | 'readBytes'
  /** Bytes of the transfers that the worker wrote. */
  | 'writtenBytes'
  /** Events that NIXL dropped before it counted them. */
  | 'droppedEvents';

export const NIXL_SERIES: CounterSeries<NixlQuantity> = {
  readBytes: { name: 'agent_rx_bytes_total' },
  writtenBytes: { name: 'agent_tx_bytes_total' },
  droppedEvents: { name: 'agent_telemetry_events_dropped_total' },
};

/**
 * Returns the variables that switch the exporter on in a worker that transfers a KV cache. They also replace
 * `NIXL_TELEMETRY_ENABLE=n`, the default of the Dynamo operator.
 */
export function nixlEnvironment({
  role,
  transfer,
}: Pick<EngineWorker, 'role' | 'transfer'>): Readonly<Record<string, string>> {
  if (role === 'worker' || !transfer.nixlTelemetry) return {};
  return {
    NIXL_TELEMETRY_ENABLE: 'y',
    NIXL_TELEMETRY_EXPORTER: 'prometheus',
    NIXL_TELEMETRY_PROMETHEUS_PORT: String(NIXL_PORT),
    NIXL_TELEMETRY_PROMETHEUS_LOCAL: 'y',
  };
}
