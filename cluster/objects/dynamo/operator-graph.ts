import { readManifestObject } from '../../../kubernetes/client/manifest.js';
import type { KubernetesObject, PodTemplate } from '../../../kubernetes/client/objects.js';
import { deploymentName } from '../../../suite/cluster/dynamo-names.js';
import { engineOf } from '../../../suite/engines/registry.js';
import { kubernetesQuantity } from '../../../suite/units/units.js';
import type { DeploymentInput } from './deployment-input.js';
import { bindFrontend, fillDynamoPod, podMetadata } from './deployment-pod.js';
import { workerTemplate } from './worker-pod.js';
import { type WorkerGroup, workerGroups } from './workers.js';

/** A component of a DynamoGraphDeployment. */
interface Component {
  name: string;
  type: string;
  replicas: number;
  runtimeVersionOverride?: string;
  /** Size of /dev/shm; 8Gi by default of the operator. */
  sharedMemorySize?: string;
  podTemplate: PodTemplate;
}

type DynamoGraph = KubernetesObject & { spec: { backendFramework: string; components: Component[] } };

/**
 * Builds the DynamoGraphDeployment: the frontend of the manifest, and one copy of its worker for each group of workers.
 */
export async function operatorGraph(input: DeploymentInput): Promise<KubernetesObject> {
  const { dynamo } = input;
  const graph = structuredClone(await readManifestObject<DynamoGraph>('dynamo/graph.yaml', 'DynamoGraphDeployment'));
  const { spec } = graph;
  const frontend = spec.components.find(({ type }) => type === 'frontend');
  const worker = spec.components.find(({ type }) => type === 'worker');
  if (!frontend || !worker) throw new Error('manifest dynamo/graph.yaml has no component of type frontend or worker');
  fillComponent(frontend, input, 'frontend');
  bindFrontend(frontend.podTemplate.spec, input);
  spec.backendFramework = engineOf(dynamo.engine).backendFramework;
  spec.components = [frontend, ...workerGroups(input).map((group) => workerComponent(worker, input, group))];
  if (dynamo.runtimeVersion !== undefined) {
    for (const component of spec.components) component.runtimeVersionOverride = dynamo.runtimeVersion;
  }
  graph.metadata.name = deploymentName(input.run, dynamo);
  return graph;
}

function workerComponent(template: Component, input: DeploymentInput, group: WorkerGroup): Component {
  const { name, role, replicas } = group;
  const sharedMemorySize = kubernetesQuantity(input.dynamo.resources.sharedMemory);
  const component = { ...structuredClone(template), name, type: role, replicas, sharedMemorySize };
  fillComponent(component, input, role);
  component.podTemplate = workerTemplate(component.podTemplate, input, group);
  return component;
}

function fillComponent({ podTemplate }: Component, input: DeploymentInput, role: string): void {
  podTemplate.metadata = podMetadata(input, role);
  fillDynamoPod(podTemplate.spec, input);
}
