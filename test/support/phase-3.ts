import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import type { FakeActivities } from './fake-activities.js';
import { plan } from './suite-run.js';

const [ucx] = plan.tests;
/** A transport test, a control, and a test of two points, on a simulated engine. */
export const phase3Suite = (dynamo: Record<string, unknown> = {}) => ({
  ...plan,
  tests: [ucx],
  maxAttempts: 2,
  dynamo: {
    kind: 'manifests',
    model: { name: 'm' },
    engine: { kind: 'mocker', kvTransferRate: '1GB/s' },
    tests: [
      { name: 'control', tool: 'inference', topology: 'aggregated', concurrency: [1] },
      { name: 'load', tool: 'inference', control: 'control', concurrency: [1, 4] },
    ],
    ...dynamo,
  },
});
/** What was done in phase 3, in order. */
export const phase3Calls = ({ calls }: FakeActivities) =>
  calls.filter((call) => /Dynamo|Load|Graph|Platform|closeRun/.test(call) || call.startsWith('runLoad'));

/** A point that could not be measured. */
export function unmeasuredLoad(failureClass: 'FrontendUnreachable' | 'ModelUnknown'): InferenceJudgement {
  const failure = { class: failureClass, message: 'made up', hint: 'none' };
  return { verdict: 'fail', reasons: [{ code: 'failure', message: 'made up' }], failure };
}
