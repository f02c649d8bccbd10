import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';

/**
 * Options of all activities. The heartbeat time-out is the time until a killed worker is detected; activities send a
 * heartbeat every 2 s. The number of retries has no limit here, because every restart of a worker uses up a try and
 * must not fail a test. The activity itself fails for good when the cluster or the store has been unavailable for
 * `timeouts.retry`.
 */
const COMMON: ActivityOptions = {
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
};

/**
 * Margin of the server's time-out over the step's own time limit. The step must end first, because a time-out of the
 * server states no cause.
 */
const MARGIN_SECONDS = 300;

/** Steps that only call the API server or the store. */
export const shortActivities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: '2 minutes',
});

/** Notifications. They have few retries, because the end of the suite waits for them. */
export const notifyActivities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumAttempts: 4 },
});

/**
 * Returns the steps that wait for the cluster or a tool, with a time limit of `seconds` that they enforce themselves.
 */
export function longActivities(seconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({ ...COMMON, startToCloseTimeout: (seconds + MARGIN_SECONDS) * 1000 });
}
