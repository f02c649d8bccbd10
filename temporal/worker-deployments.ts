import { setTimeout } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { SuiteFailure } from '../suite/verdict/failure.js';
import type { WorkerVersion } from './workers.js';

/** gRPC codes with which the server refuses a build that no worker, or not every expected worker, serves yet. */
const NOT_YET: ReadonlySet<number> = new Set([5, 9]);
/** Pause between two requests in milliseconds. */
const PAUSE = 500;

/**
 * Makes a build of the worker current, so that new suite runs start on it. Waits for a worker of the build, which the
 * server knows once it has polled. Can be repeated.
 *
 * @param timeout longest time to wait, in seconds
 * @throws {SuiteFailure} `NotFound` when no worker of the build has polled in that time
 */
export async function makeCurrent(
  connection: Pick<Connection, 'workflowService'>,
  namespace: string,
  { deployment: deploymentName, build: buildId }: WorkerVersion,
  timeout: number,
): Promise<void> {
  const deadline = Date.now() + timeout * 1000;
  for (;;) {
    try {
      const request = { namespace, deploymentName, buildId, identity: 'dynamo-bench promote' };
      await connection.workflowService.setWorkerDeploymentCurrentVersion(request);
      return;
    } catch (error) {
      if (!isGrpcServiceError(error) || !NOT_YET.has(error.code)) throw error;
      if (Date.now() >= deadline) {
        throw new SuiteFailure(
          'NotFound',
          `No worker of build ${buildId} of deployment ${deploymentName} polls Temporal after ${timeout} s: ${error.details}`,
          {
            cause: error,
            hint: `Start one with DEPLOYMENT_NAME=${deploymentName} BUILD_ID=${buildId}, and read its log`,
          },
        );
      }
    }
    await setTimeout(PAUSE);
  }
}
