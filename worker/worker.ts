import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { DataConverter } from '@temporalio/common';
import { type InjectedSinks, type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.js';
import type { Tracing } from '../temporal/tracing/tracing.js';
import type { SpanSinks } from '../workflows/common/spans.js';
import { BUNDLE_PATH, ENCRYPTION_SWITCH, TRACING_SWITCH } from './bundle.js';
import type { WorkerConfig } from './config.js';
import { failureInterceptor } from './interceptors/failures.js';
import { heartbeatInterceptor } from './interceptors/heartbeat.js';
import { logSubjectInterceptor } from './interceptors/log-subject.js';
import { metricsInterceptor } from './interceptors/metrics.js';
import { storeBinding, type WorkerStore } from './interceptors/store-binding.js';
import { tracingInterceptor } from './interceptors/tracing.js';
import type { NodeWaits } from './metrics/node-waits.js';
import type { WorkerMetrics } from './metrics/worker-metrics.js';

/** Dependencies of a worker. */
export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly config: WorkerConfig;
  readonly activities: Activities;
  /** Result store of the activities. Default: none, for activities that record nothing. */
  readonly store?: WorkerStore;
  /** Default: payloads are plain. */
  readonly dataConverter?: DataConverter;
  /** Metrics to update. Default: none. */
  readonly observed?: { readonly metrics: WorkerMetrics; readonly waits: NodeWaits } | undefined;
  /** Export of traces. Default: none. */
  readonly tracing?: Tracing | undefined;
}

/** Name of this worker in Temporal. */
export const WORKER_IDENTITY = `${process.pid}@${hostname()}`;

/** Time that activities get to end when the worker stops. The next worker retries the interrupted ones. */
const SHUTDOWN_GRACE = '5s';

/** Creates a worker for all workflows and activities. */
export async function createWorker({
  connection,
  namespace,
  config,
  activities,
  store,
  dataConverter = {},
  observed,
  tracing,
}: WorkerParts): Promise<Worker> {
  const switches = (tracing ? TRACING_SWITCH : '') + (dataConverter.failureConverterPath ? ENCRYPTION_SWITCH : '');
  return Worker.create({
    connection,
    namespace,
    taskQueue: config.TASK_QUEUE,
    identity: WORKER_IDENTITY,
    workflowBundle: switches ? { code: switches + (await readFile(BUNDLE_PATH, 'utf8')) } : { codePath: BUNDLE_PATH },
    dataConverter,
    activities,
    interceptors: {
      activity: [
        ...(config.LOG_FORMAT === 'json' ? [logSubjectInterceptor] : []),
        ...(tracing ? [tracingInterceptor(tracing)] : []),
        ...(observed ? [metricsInterceptor(observed.metrics, observed.waits)] : []),
        failureInterceptor,
        heartbeatInterceptor,
        ...(store ? [storeBinding(store, config.TASK_QUEUE)] : []),
      ],
    },
    ...(tracing
      ? { sinks: { spans: { end: { fn: (_, span) => tracing.export(span) } } } satisfies InjectedSinks<SpanSinks> }
      : {}),
    ...tuning(config),
    shutdownGraceTime: SHUTDOWN_GRACE,
    ...versioning(config),
  });
}

/** Limits that the environment sets. Without them, the SDK's defaults apply. */
function tuning({ MAX_ACTIVITIES, MAX_CACHED_WORKFLOWS }: WorkerConfig): Partial<WorkerOptions> {
  return {
    ...(MAX_ACTIVITIES === undefined ? {} : { maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES }),
    ...(MAX_CACHED_WORKFLOWS === undefined ? {} : { maxCachedWorkflows: MAX_CACHED_WORKFLOWS }),
  };
}

/** Pins each suite run to the worker version that it started on, because it takes hours. Off when no version is set. */
function versioning({
  DEPLOYMENT_NAME: deploymentName,
  BUILD_ID: buildId,
}: WorkerConfig): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deploymentName === undefined || buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}
