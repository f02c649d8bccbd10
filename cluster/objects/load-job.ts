import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Job, PodSpec } from '../../kubernetes/client/objects.js';
import { runObjectName } from '../../suite/run/object-names.js';
import { TEST_LABEL } from '../../suite/run/run.js';
import { kubernetesQuantity } from '../../suite/units/units.js';
import { type LoadInput, loadCommand } from './load-input.js';

/** Builds the Job of one load, without the name, owner and labels of the run. */
export async function loadJob(input: LoadInput): Promise<Job> {
  const job = structuredClone(await readManifestObject<Job>('dynamo/load-job.yaml', 'Job'));
  const { spec } = job.spec.template;
  const [container] = spec.containers;
  if (!container) throw new Error('manifest dynamo/load-job.yaml has no container');
  fillContainer(container, input);
  fillPod(spec, input);
  return job;
}

/** Returns the labels of the Job of a load, in addition to those of its run. */
export function loadLabels({ test }: Pick<LoadInput, 'test'>): Record<string, string> {
  return { [TEST_LABEL]: test.name };
}

/** Gives the pod of a Job the labels and annotations of the Job. */
export function withLabelsOfJob(job: Job): Job {
  const { template } = job.spec;
  const metadata = {
    ...template.metadata,
    labels: { ...template.metadata?.labels, ...job.metadata.labels },
    annotations: { ...job.metadata.annotations },
  };
  return { ...job, spec: { ...job.spec, template: { ...template, metadata } } };
}

function fillContainer(container: Container, input: LoadInput): void {
  const { load, model } = input.dynamo;
  const memory = kubernetesQuantity(load.memory);
  container.image = load.image;
  container.imagePullPolicy = input.cluster.imagePullPolicy;
  container.args = loadCommand(input);
  container.resources = { requests: { cpu: String(load.cpu), memory }, limits: { memory } };
  if (model.tokenSecret !== undefined) container.envFrom = [{ secretRef: { name: model.tokenSecret } }];
}

function fillPod(spec: PodSpec, { run, test, cluster, nodes }: LoadInput): void {
  spec.affinity = nearOwnNodes(nodes);
  spec.activeDeadlineSeconds = Math.ceil(test.timeout);
  spec.volumes = [
    { name: 'scripts', configMap: { name: runObjectName(run) } },
    { name: 'output', emptyDir: {} },
    { name: 'temporary', emptyDir: {} },
  ];
  if (cluster.imagePullSecret) spec.imagePullSecrets = [{ name: cluster.imagePullSecret }];
}

/**
 * Prefers the nodes that the run has claimed: on another node, the load could disturb a suite that measures there. Only a
 * preference, because nodes with GPUs often have a taint that the load does not tolerate.
 */
function nearOwnNodes(nodes: readonly string[]): PodSpec['affinity'] & object {
  // A term for each node: the API server accepts one value in a field selector. The first node has the frontend, and a higher
  // weight, so that all loads of a run have the same distance to it.
  const preferred = nodes.map((node, index) => ({
    weight: index === 0 ? 100 : 50,
    preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] },
  }));
  return { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
}
