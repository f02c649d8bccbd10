import { filesOfTests } from '../../suite/plan/test-files.js';
import { claimsOfSpec } from '../../suite/pod/claims.js';
import type { Run } from '../../suite/run/run.js';
import { etcdSettings } from '../../suite/spec/etcd-settings.js';
import { requestsOfSpec } from '../../suite/spec/requests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../common/activity-options.js';

/** Creates the run object, which owns all objects of the run in the cluster. */
export async function createRunObject(spec: SuiteSpec, run: Run): Promise<true> {
  const claims = claimsOfSpec(spec);
  await shortActivities.openRun({ run, files: filesOfTests(spec.tests), requests: requestsOfSpec(spec), claims });
  return true;
}

/** Deploys the etcd of the run and waits until it is ready, `timeouts.podStart` at most. */
export function deployEtcd(spec: SuiteSpec, run: Run): Promise<string> {
  const { podStart } = spec.timeouts;
  return longActivities(podStart).deployEtcd({ run, ...etcdSettings(spec), readyTimeout: podStart });
}

/**
 * Creates the run object and etcd again if they are missing, for example after a reset of the workflow or a long wait.
 */
export async function openRun(spec: SuiteSpec, run: Run): Promise<void> {
  if (await shortActivities.isRunOpen({ run })) return;
  await createRunObject(spec, run);
  await deployEtcd(spec, run);
}
