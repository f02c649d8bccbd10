import { frontendUrl } from '../../suite/cluster/dynamo-names.js';
import { countedKvType, isSimulatedEngine, simulatedKvRate } from '../../suite/engines/registry.js';
import { knownKv, kvSize } from '../../suite/kv/kv-size.js';
import { deploymentSettings } from '../../suite/spec/deployment-settings.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { type InferenceSpec, pointsOf } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { DeploymentInput } from './dynamo/deployment-input.js';
import { deploymentObjects } from './dynamo/deployment-objects.js';
import { deploymentLabels } from './dynamo/kept-object.js';
import { jobName, type LoadInput } from './load-input.js';
import { loadJob, loadLabels, withLabelsOfJob } from './load-job.js';
import { ownedObject } from './owned-object.js';
import type { PlannedObject, PlannedRun } from './planned-object.js';

/** Builds the objects of every inference test: its deployment, and the load at its first point. */
export async function plannedDeployments(spec: SuiteSpec, planned: PlannedRun): Promise<PlannedObject[]> {
  const { dynamo } = spec;
  if (!dynamo) return [];
  const objects: PlannedObject[] = [];
  for (const test of dynamo.tests) {
    objects.push(
      ...(await plannedDeployment(spec, dynamo, test, planned)),
      ...(await plannedLoad(spec, dynamo, test, planned)),
    );
  }
  return objects;
}

async function plannedDeployment(
  spec: SuiteSpec,
  dynamo: DynamoSpec,
  test: InferenceSpec,
  { run, pair, annotations }: PlannedRun,
): Promise<PlannedObject[]> {
  const keep = dynamo.keep && test === dynamo.tests.at(-1);
  const rate = test.kvTransferRate ?? simulatedKvRate(dynamo.engine);
  const simulates = isSimulatedEngine(dynamo.engine.kind) && test.topology !== 'aggregated';
  const { model, transfer } = dynamo;
  const kv =
    model.config && kvSize(model.config, countedKvType(dynamo.engine, transfer.kvCacheType), transfer.tensorParallel);
  const input: DeploymentInput = {
    run,
    dynamo,
    topology: test.topology,
    promptTokens: test.inputTokens,
    pair,
    ...deploymentSettings(spec, dynamo, spec.fabric),
    annotations,
    keep,
    // A measured rate is known only during the run.
    simulatedRate: simulates && typeof rate === 'number' ? rate : undefined,
    kvBytesPerToken: knownKv(kv)?.bytesPerToken,
  };
  return (await deploymentObjects(input)).map((object) => ({
    step: `test ${test.name}: Dynamo deployment`,
    how: 'apply',
    object: ownedObject(run, object, object.metadata.name, deploymentLabels(run), { annotations, ownerUid: undefined }),
  }));
}

async function plannedLoad(
  { cluster, timeouts }: SuiteSpec,
  dynamo: DynamoSpec,
  test: InferenceSpec,
  { run, pair, token, annotations }: PlannedRun,
): Promise<PlannedObject[]> {
  const [point] = pointsOf(test);
  if (!point) return [];
  const { podStart, unschedulable } = timeouts;
  const input: LoadInput = {
    run,
    dynamo,
    test,
    point,
    attempt: 1,
    token,
    url: frontendUrl(run, dynamo),
    nodes: [pair.node1, pair.node2],
    cluster,
    podStart,
    unschedulable,
    folder: test.name,
  };
  const labels = loadLabels(input);
  const job = ownedObject(run, await loadJob(input), jobName(input), labels, { annotations, ownerUid: undefined });
  const step = `test ${test.name}, concurrency ${point.concurrency}, attempt 1: load`;
  return [{ step, how: 'create', object: withLabelsOfJob(job) }];
}
