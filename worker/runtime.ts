import { type Logger, Runtime } from '@temporalio/worker';
import { addressText } from './address.js';
import type { WorkerConfig } from './config.js';
import { histogramBuckets } from './metrics/worker-metrics.js';

/**
 * Installs Temporal's runtime: its logger and, with METRICS_ADDRESS, the exporter of all metrics. Call it once, before
 * anything else of the SDK. It closes by itself when its last worker has ended.
 *
 * @throws {Error} when the address of the metrics cannot be used
 */
export function installRuntime(
  { LOG_FORMAT, METRICS_ADDRESS: address }: Pick<WorkerConfig, 'LOG_FORMAT' | 'METRICS_ADDRESS'>,
  logger: Logger,
): Runtime {
  try {
    return Runtime.install({
      logger,
      telemetryOptions: {
        // Without this, the native part of the SDK prints its own lines of text.
        ...(LOG_FORMAT === 'json' ? { logging: { forward: {} } } : {}),
        ...(address
          ? {
              metrics: {
                prometheus: {
                  bindAddress: addressText(address),
                  countersTotalSuffix: true,
                  unitSuffix: true,
                  useSecondsForDurations: true,
                  histogramBucketOverrides: histogramBuckets(),
                },
              },
            }
          : {}),
      },
    });
  } catch (error) {
    if (!address) throw error;
    throw new Error('cannot serve /metrics: set METRICS_ADDRESS to a free address', { cause: error });
  }
}
