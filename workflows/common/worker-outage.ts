import { ActivityFailure, ApplicationFailure, log, TimeoutFailure } from '@temporalio/workflow';
import { causeOfTimeout } from './timeout-cause.js';

/** Time for which a step waits for a worker, in milliseconds. */
const LONGEST_OUTAGE_MS = 24 * 3600 * 1000;

/** Type of the failure of an activity that the shutdown of its worker interrupted; the SDK's name. */
const WORKER_SHUTDOWN = 'WorkerShutdown';

/**
 * Runs an activity, and runs it again when its time ran out while no worker could run it: the time limit of all tries is
 * for a step that hangs, and a stopped worker must not fail a test.
 *
 * @throws the failure of the activity; also that of a missing worker after 24 hours
 */
export async function throughOutages<T>(run: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isWorkerOutage(error) || Date.now() - startedAt > LONGEST_OUTAGE_MS) throw error;
      log.warn('no worker ran the step in its time; scheduling it again', { activity: error.activityType });
    }
  }
}

/** Returns whether an activity ended because its worker was stopped or killed, or because no worker started it. */
function isWorkerOutage(error: unknown): error is ActivityFailure {
  return error instanceof ActivityFailure && isOutage(error.cause);
}

function isOutage(cause: unknown): boolean {
  if (cause instanceof ApplicationFailure) return cause.type === WORKER_SHUTDOWN;
  if (!(cause instanceof TimeoutFailure)) return false;
  // A missing heartbeat means a dead worker.
  if (cause.timeoutType === 'HEARTBEAT') return true;
  if (cause.timeoutType === 'START_TO_CLOSE') return false;
  // No worker started the last try, or the time limit of all tries ended. Before it, the last try may have failed.
  const lastTry = causeOfTimeout(cause);
  return lastTry === undefined || isOutage(lastTry);
}
