import { filesOfTests } from '../../suite/plan/test-files.js';
import { claimsOfSpec } from '../../suite/pod/claims.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { etcdSettings } from '../../suite/spec/etcd-settings.js';
import { requestsOfSpec } from '../../suite/spec/requests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { keepProvisionedNodes } from './provisioning.js';

/** Creates the run object, which owns all objects of the run in the cluster. */
export async function createRunObject(spec: SuiteSpec, run: Run): Promise<true> {
  const claims = claimsOfSpec(spec);
  await shortActivities.openRun({ run, files: filesOfTests(spec.tests), requests: requestsOfSpec(spec), claims });
  return true;
}

/**
 * Deploys the etcd of the run and waits until it is ready, `timeouts.podStart` at most, and `timeouts.provision` more when nodes are
 * provided for the run.
 */
export function deployEtcd(spec: SuiteSpec, run: Run): Promise<string> {
  const { timeouts, nodes } = spec;
  // An autoscaler may also have to provide the node of etcd.
  const readyTimeout = timeouts.podStart + (nodes.provision ? timeouts.provision : 0);
  return longActivities(readyTimeout).deployEtcd({ run, ...etcdSettings(spec), readyTimeout });
}

/**
 * Creates the run object and etcd again if they are missing, for example after a reset of the workflow or a long wait. Does the same
 * for the pods that keep the nodes which an autoscaler provided.
 */
export async function openRun(spec: SuiteSpec, run: Run, pair: Pair): Promise<void> {
  if (!(await shortActivities.isRunOpen({ run }))) {
    await createRunObject(spec, run);
    await deployEtcd(spec, run);
  }
  await keepProvisionedNodes(spec, run, pair);
}
