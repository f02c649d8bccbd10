import type { Connection } from '@temporalio/client';
import { Runtime, type Worker } from '@temporalio/worker';
import type { ResultStore } from '../results/store.js';
import { type Address, addressText } from './address.js';
import type { WorkerConfig } from './config.js';
import { serveHealth } from './health/health-server.js';
import { ReadinessChecks } from './health/readiness.js';
import { workerChecks } from './health/worker-checks.js';
import { showAllSeries } from './metrics/activity-observers.js';
import { NodeWaits } from './metrics/node-waits.js';
import { startPeriodicMetrics } from './metrics/periodic-metrics.js';
import { WorkerMetrics } from './metrics/worker-metrics.js';
import { WORKER_IDENTITY } from './worker.js';

/** A worker as its probes and its gauges see it. */
export interface ObservedWorker {
  readonly worker: Worker;
  readonly client: Connection;
  readonly namespace: string;
  readonly store: ResultStore;
}

/** The probes and the metrics of a worker process. */
export interface Observation {
  /** Metrics that the activities update. Undefined without METRICS_ADDRESS. */
  readonly observed: { readonly metrics: WorkerMetrics; readonly waits: NodeWaits } | undefined;
  /** Addresses that the process serves. */
  readonly endpoints: readonly { readonly what: string; readonly url: string }[];
  /** Checks this worker from now on. Until then, /readyz says that the worker is starting. */
  watch(worker: ObservedWorker): void;
  end(): Promise<void>;
}

/**
 * Starts the probes and creates the metrics, each when the environment asks for it. Call it after `installRuntime`.
 *
 * @throws {Error} when HEALTH_ADDRESS cannot be used
 */
export async function observe({ HEALTH_ADDRESS, METRICS_ADDRESS, TASK_QUEUE }: WorkerConfig): Promise<Observation> {
  const readiness = new ReadinessChecks({ worker: () => Promise.reject(new Error('the worker is starting')) });
  const server = HEALTH_ADDRESS && (await serveHealth(HEALTH_ADDRESS, readiness));
  const observed = METRICS_ADDRESS && {
    metrics: new WorkerMetrics(Runtime.instance().metricMeter),
    waits: new NodeWaits(),
  };
  let stop: (() => void) | undefined;
  if (observed) showAllSeries(observed.metrics);
  return {
    observed,
    endpoints: [
      ...(HEALTH_ADDRESS && server
        ? [{ what: 'probes', url: `${urlOf({ ...HEALTH_ADDRESS, port: server.port })}/readyz` }]
        : []),
      ...(METRICS_ADDRESS ? [{ what: 'metrics', url: `${urlOf(METRICS_ADDRESS)}/metrics` }] : []),
    ],
    watch: (worker) => {
      readiness.replace(workerChecks({ ...worker, identity: WORKER_IDENTITY, taskQueue: TASK_QUEUE }));
      if (observed) stop = startPeriodicMetrics(observed.metrics, observed.waits, readiness);
    },
    end: async () => {
      stop?.();
      await server?.close();
    },
  };
}

function urlOf(address: Address): string {
  return `http://${addressText(address)}`;
}
