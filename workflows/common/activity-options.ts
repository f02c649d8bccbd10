import { type ActivityInterfaceFor, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { throughOutages } from './worker-outage.js';

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

/** Margin of the limit of all tries over one whole try and `timeouts.retry`: the pauses between tries, and one request. */
const LAST_TRY_SECONDS = 60;

/** Limit of all tries of a step whose input names no run, in seconds, beside that of one try. */
const DEFAULT_RETRY_SECONDS = 600;

/** Steps that only call the API server or the store. */
export const shortActivities: ActivityInterfaceFor<Activities> = limited(120, COMMON);

/** Options of steps with few tries, because the end of the suite waits for them and its result does not depend on them. */
const FEW_TRIES: ActivityOptions = {
  ...COMMON,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 6 },
};

/** Notifications. */
export const notifyActivities: ActivityInterfaceFor<Activities> = limited(30, FEW_TRIES);

/** The reports. A report that could not be made is not tried again; a worker with another store may take some tries. */
export const reportActivities: ActivityInterfaceFor<Activities> = limited(120, FEW_TRIES);

/**
 * Returns the steps that wait for the cluster or a tool, with a time limit of `seconds` that they enforce themselves.
 */
export function longActivities(seconds: number): ActivityInterfaceFor<Activities> {
  return limited(seconds + MARGIN_SECONDS, COMMON);
}

/**
 * Returns activities with a limit of one try, and of all tries together: one whole try and the `timeouts.retry` of the
 * run. A step that hangs fails after it. A step that no worker could run is scheduled again.
 *
 * @param oneTry seconds
 */
function limited(oneTry: number, options: ActivityOptions): ActivityInterfaceFor<Activities> {
  const activities = proxyActivities<Activities>({ ...options, startToCloseTimeout: oneTry * 1000 });
  const hasFewTries = options.retry?.maximumAttempts !== undefined;
  const withLimit = (name: keyof Activities) => {
    const { executeWithOptions } = activities[name] as unknown as { executeWithOptions: Execute };
    const execute: Execute = (overrides, args) => {
      const scheduleToCloseTimeout = (oneTry + retrySeconds(args) + LAST_TRY_SECONDS) * 1000;
      const run = () => executeWithOptions({ scheduleToCloseTimeout, ...overrides }, args);
      return hasFewTries ? run() : throughOutages(run);
    };
    return Object.assign((...args: unknown[]) => execute({}, args), { executeWithOptions: execute });
  };
  return new Proxy(activities, { get: (_, name) => withLimit(name as keyof Activities) });
}

type Execute = (overrides: ActivityOptions, args: readonly unknown[]) => Promise<unknown>;

function retrySeconds([input]: readonly unknown[]): number {
  return (input as { run?: { retryFor?: number } } | undefined)?.run?.retryFor ?? DEFAULT_RETRY_SECONDS;
}
