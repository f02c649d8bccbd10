import { type ActivityInterfaceFor, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SuiteSpec } from '../suite/spec.js';

/** A worker that is killed is noticed after this long; activities beat every 2 s. */
const HEARTBEAT_TIMEOUT = '10s';

/** One try of a step that only talks to the API server. */
const SHORT_STEP_SECONDS = 120;

/** Proxies of the activities by how long they may honestly take. Trouble of the infrastructure is tried again. */
export interface ActivityProxies {
  /** Talks to the API server or the store, nothing more. */
  readonly quick: ActivityInterfaceFor<Activities>;
  /** Waits for the cluster or a tool for up to `seconds`. */
  lasting(seconds: number): ActivityInterfaceFor<Activities>;
}

/**
 * Retries are bounded by time, not by number: every restart of a worker uses up a try, and must not use up a test.
 *
 * @param infrastructure seconds for which a step is tried again
 */
export function activityProxies({ infrastructure }: Pick<SuiteSpec['timeouts'], 'infrastructure'>): ActivityProxies {
  const lasting = (seconds: number) =>
    proxyActivities<Activities>({
      startToCloseTimeout: seconds * 1000,
      scheduleToCloseTimeout: (seconds + infrastructure) * 1000,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
    });
  const quick = proxyActivities<Activities>({
    startToCloseTimeout: SHORT_STEP_SECONDS * 1000,
    scheduleToCloseTimeout: infrastructure * 1000,
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  });
  return { quick, lasting };
}
