import { hostname } from 'node:os';
import type { DataConverter } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../activities/index.js';
import { BUNDLE_PATH, ENCRYPTED_BUNDLE_PATH } from './bundle.js';
import type { WorkerConfig } from './config.js';
import { failureInterceptor } from './interceptors/failures.js';
import { heartbeatInterceptor } from './interceptors/heartbeat.js';

/** Dependencies of a worker. */
export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly config: WorkerConfig;
  readonly activities: Activities;
  /** Default: payloads are plain. */
  readonly dataConverter?: DataConverter;
}

/** Time that activities get to end when the worker stops. The next worker retries the interrupted ones. */
const SHUTDOWN_GRACE = '5s';

/** Creates a worker for all workflows and activities. */
export function createWorker({
  connection,
  namespace,
  config,
  activities,
  dataConverter = {},
}: WorkerParts): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: config.TASK_QUEUE,
    identity: `${process.pid}@${hostname()}`,
    workflowBundle: { codePath: dataConverter.failureConverterPath ? ENCRYPTED_BUNDLE_PATH : BUNDLE_PATH },
    dataConverter,
    activities,
    interceptors: { activity: [failureInterceptor, heartbeatInterceptor] },
    shutdownGraceTime: SHUTDOWN_GRACE,
    ...versioning(config),
  });
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
