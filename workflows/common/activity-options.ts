import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';

/**
 * A worker that is killed is noticed after this long; activities beat every 2 s. How often a step is tried again is not
 * bounded here: every restart of a worker uses up a try, and must not use up a test. The activity itself gives up when
 * the cluster or the store has been away for as long as the spec allows.
 */
const COMMON: ActivityOptions = {
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** Margin after a step's own limit. The server ends only a step that exceeds it, because a step ended by the server has no cause. */
const MARGIN_SECONDS = 300;

/** Short steps, which only call the API server or the store. */
export const shortActivities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: '2 minutes',
});

/** Notifications, with few retries, because the suite ends after them. */
export const notifyActivities: ActivityInterfaceFor<Activities> = proxyActivities<Activities>({
  ...COMMON,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1s', backoffCoefficient: 3, maximumAttempts: 4 },
});

/** Steps that wait for the cluster or a tool for up to `seconds`, a limit that they keep themselves. */
export function longActivities(seconds: number): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({ ...COMMON, startToCloseTimeout: (seconds + MARGIN_SECONDS) * 1000 });
}
