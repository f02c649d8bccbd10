import { log } from '@temporalio/workflow';
import type { Fabric } from '../../suite/hardware/fabric.js';
import type { SetupRecord } from '../../suite/record/record.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import type { ClaimOptions } from '../common/node-claim.js';
import { inspectNodes, type NodeInspection } from './node-inspection.js';
import { createRunObject, deployEtcd } from './open-run.js';
import type { ProvisioningOptions } from './provisioning.js';
import { SetUpProblems } from './set-up-problems.js';

/** Result of set-up. `ready` is defined when the suite can measure. */
export interface SetUp {
  readonly record: SetupRecord;
  readonly ready?: Ready;
}

/** Pair, fabric and images on which the tests run. */
export interface Ready {
  readonly pair: Pair;
  readonly fabric: Fabric;
  readonly imageIds: readonly string[];
}

/** Options of set-up. */
export interface SetUpOptions
  extends Pick<ClaimOptions, 'waitingSince' | 'byTimer' | 'beforePause'>,
    ProvisioningOptions {}

/**
 * Prepares the cluster for the tests: run object, etcd, nodes and device plugins, and a probe of the image on both
 * nodes. A failed step does not stop the steps that do not depend on it, so that the user sees all problems at once.
 */
export async function setUp(spec: SuiteSpec, run: Run, options: SetUpOptions): Promise<SetUp> {
  const { report } = options;
  const problems = new SetUpProblems();

  report('removing leftovers of closed runs, creating the run object');
  const [opened] = await Promise.all([
    problems.attempt('cluster', () => createRunObject(spec, run)),
    removeLeftovers(run),
  ]);
  if (!opened) return { record: { problems: problems.list, nodes: [], devicePlugins: [], probes: [] } };

  report('deploying etcd, checking nodes and probing the image');
  const [, inspection] = await Promise.all([
    problems.attempt('etcd', () => deployEtcd(spec, run)),
    inspectNodes(spec, run, problems, options),
  ]);
  const { check, fabric, probes } = inspection;
  const record = setupRecord(problems, inspection);
  if (problems.list.length > 0 || !check?.pair || !fabric) return { record };
  return { record, ready: { pair: check.pair, fabric, imageIds: probes.map(({ imageId }) => imageId) } };
}

function setupRecord(problems: SetUpProblems, { check, probes }: NodeInspection): SetupRecord {
  return {
    problems: problems.list,
    kubernetesVersion: check?.kubernetesVersion,
    pair: check?.pair,
    nodes: check?.nodes ?? [],
    devicePlugins: check?.devicePlugins ?? [],
    probes: probes.map(({ help: _, nixlbenchHelp: __, ...facts }) => facts),
  };
}

/**
 * Removes objects of closed runs. A failure does not stop the suite, because the node check reports objects that block
 * a node.
 */
async function removeLeftovers(run: Run): Promise<void> {
  try {
    await shortActivities.sweepCluster({ run });
  } catch (error) {
    const { class: failureClass, message } = failureOf(error);
    log.warn('cannot remove leftovers of closed runs', { failureClass, message });
  }
}
