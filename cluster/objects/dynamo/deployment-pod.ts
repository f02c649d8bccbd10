import type { Container, PodSpec, PodTemplate } from '../../../kubernetes/client/objects.js';
import { DEPLOYMENT_LABEL, KEPT_LABEL, ROLE_LABEL } from '../../../suite/cluster/dynamo-names.js';
import { COMPONENT_LABEL, MANAGED_BY } from '../../../suite/run/run.js';
import { type EnvironmentValue, environmentVariables } from '../../../suite/schema/grammar.js';
import type { DeploymentInput } from './deployment-input.js';

/** Returns the labels and annotations of a pod of the deployment. */
export function podMetadata({ run, annotations, keep }: DeploymentInput, role: string) {
  const labels = {
    ...MANAGED_BY,
    [COMPONENT_LABEL]: role,
    [DEPLOYMENT_LABEL]: run.key,
    [ROLE_LABEL]: role,
    ...(keep ? { [KEPT_LABEL]: 'true' } : {}),
  };
  return { labels, annotations } satisfies PodTemplate['metadata'];
}

/** Sets the fields of every pod of a deployment: image, tolerations, pull secret. */
export function fillPod(spec: PodSpec, { cluster, tolerations }: DeploymentInput, image: string): void {
  const container = mainContainer(spec);
  container.image = image;
  container.imagePullPolicy = cluster.imagePullPolicy;
  spec.tolerations = tolerations;
  if (cluster.imagePullSecret) spec.imagePullSecrets = [{ name: cluster.imagePullSecret }];
}

/** Sets the fields of every pod that runs a program of Dynamo: image, environment of the spec, token for the model. */
export function fillDynamoPod(spec: PodSpec, input: DeploymentInput): void {
  const { dynamo } = input;
  fillPod(spec, input, dynamo.image);
  const container = mainContainer(spec);
  setEnvironment(container, dynamo.env);
  const { tokenSecret } = dynamo.model;
  if (tokenSecret === undefined) delete container.envFrom;
  else container.envFrom = [{ secretRef: { name: tokenSecret } }];
}

/**
 * Binds a pod of the frontend to node1, on which the decode workers run: its distance to the workers is then the same in a
 * test and in its control.
 */
export function bindFrontend(spec: PodSpec, { pair }: Pick<DeploymentInput, 'pair'>): void {
  spec.affinity = onNode(pair.node1);
}

/** Returns the affinity that binds a pod to a node. */
export function onNode(node: string): PodSpec['affinity'] & object {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/** Sets environment variables. Replaces variables of the same name, because the API server rejects duplicate names. */
export function setEnvironment(container: Container, variables: Readonly<Record<string, EnvironmentValue>>): void {
  container.env = [
    ...(container.env ?? []).filter(({ name }) => !Object.hasOwn(variables, name)),
    ...environmentVariables(variables),
  ];
}

/** Returns the container `main` of a pod. @throws {Error} when the manifest has none */
export function mainContainer(spec: PodSpec): Container {
  const container = spec.containers.find(({ name }) => name === 'main');
  if (!container) throw new Error('a pod in manifests/dynamo has no container "main"');
  return container;
}
