import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ReadinessChecks } from '../health/readiness.js';
import type { NodeWaits } from './node-waits.js';
import type { WorkerMetrics } from './worker-metrics.js';

const INTERVAL_MS = 10_000;

/** Distance of the samples of the event loop, in milliseconds. A sample contains it. */
const RESOLUTION_MS = 50;

const QUANTILES = [0.5, 0.99, 1] as const;

/**
 * Updates the gauges every ten seconds: event-loop delay, the longest wait for nodes, and the checks of /readyz.
 *
 * @returns a function that ends the updates
 */
export function startPeriodicMetrics(metrics: WorkerMetrics, waits: NodeWaits, readiness: ReadinessChecks): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const update = async () => {
    for (const quantile of QUANTILES) {
      const milliseconds = Math.max(0, delays.percentile(quantile * 100) / 1e6 - RESOLUTION_MS);
      metrics.set('dynamo_bench_event_loop_delay_seconds', { quantile: String(quantile) }, milliseconds / 1000);
    }
    delays.reset();
    metrics.set('dynamo_bench_node_wait_longest_seconds', {}, waits.longest());
    const { checks } = await readiness.current();
    for (const [check, reason] of Object.entries(checks)) {
      metrics.set('dynamo_bench_ready', { check }, reason === 'ok' ? 1 : 0);
    }
  };
  const timer = setInterval(update, INTERVAL_MS);
  void update();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
