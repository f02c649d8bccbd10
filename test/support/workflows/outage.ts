import { proxyActivities } from '@temporalio/workflow';
import { throughOutages } from '../../../workflows/common/worker-outage.js';

interface Steps {
  step(): Promise<string>;
}

const limits = {
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '3s',
  retry: { initialInterval: '100ms' },
} as const;
const { step: stepWithHeartbeat } = proxyActivities<Steps>({ ...limits, heartbeatTimeout: '1s' });
const { step } = proxyActivities<Steps>(limits);

/** Runs one step as the suite runs its steps, with short limits. */
export function outage(): Promise<string> {
  return throughOutages(() => stepWithHeartbeat());
}

/** Runs one step whose heartbeats show that its worker lives. */
export function hang(): Promise<string> {
  return throughOutages(() => step());
}
