import { ActivityFailure, ApplicationFailure, log, TimeoutFailure } from '@temporalio/workflow';

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
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) return cause.type === WORKER_SHUTDOWN;
  return cause instanceof TimeoutFailure && isOutageTimeout(cause);
}

/**
 * A missing heartbeat means a dead worker, and a try that did not start a missing one. The time-out of all tries has the
 * failure of the last one as its cause.
 */
function isOutageTimeout({ timeoutType, cause }: TimeoutFailure): boolean {
  if (cause === undefined && timeoutType === 'SCHEDULE_TO_START') return true;
  if (timeoutType === 'HEARTBEAT') return true;
  if (timeoutType === 'START_TO_CLOSE') return false;
  if (cause instanceof TimeoutFailure) return isOutageTimeout(cause);
  return cause === undefined || (cause instanceof ApplicationFailure && cause.type === WORKER_SHUTDOWN);
}
