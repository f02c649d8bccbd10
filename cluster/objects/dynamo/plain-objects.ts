import { readManifest } from '../../../kubernetes/client/manifest.js';
import type { Deployment, KubernetesObject, Service } from '../../../kubernetes/client/objects.js';
import {
  componentName,
  DEPLOYMENT_COMPONENT_LABEL,
  DEPLOYMENT_LABEL,
  deploymentName,
} from '../../../suite/cluster/dynamo-names.js';
import type { DeploymentInput } from './deployment-input.js';
import { bindFrontend, fillDynamoPod, fillPod, mainContainer, podMetadata, setEnvironment } from './deployment-pod.js';
import { workerTemplate } from './worker-pod.js';
import { workerGroups } from './workers.js';

/**
 * Builds Deployments and Services for clusters without the operator, with one copy of the manifest's worker for each
 * group.
 */
export async function plainObjects(input: DeploymentInput): Promise<KubernetesObject[]> {
  const objects = structuredClone(await readManifest('dynamo/components.yaml'));
  return objects.flatMap((object): KubernetesObject[] => {
    const component = object.metadata.name.replace(/^dynamo-/, '');
    if (object.kind === 'Service') return [plainService(object as Service, component, input)];
    const deployment = object as Deployment;
    if (component === 'worker') return workerDeployments(deployment, input);
    nameAfter(deployment, component, component, input);
    if (component === 'discovery') fillPod(deployment.spec.template.spec, input, input.cluster.etcdImage);
    else fillFrontend(deployment, input);
    return [deployment];
  });
}

function plainService(service: Service, component: string, input: DeploymentInput): Service {
  service.metadata.name = componentName(deploymentName(input.run, input.dynamo), component);
  service.spec.selector = selectorOf(input, component);
  return service;
}

function workerDeployments(template: Deployment, input: DeploymentInput): Deployment[] {
  return workerGroups(input).map((group) => {
    const deployment = structuredClone(template);
    nameAfter(deployment, group.name, group.role, input);
    fillPlainPod(deployment, input);
    deployment.spec.replicas = group.replicas;
    deployment.spec.template = workerTemplate(deployment.spec.template, input, group);
    return deployment;
  });
}

/** Sets the names and labels of a Deployment and its pods. */
function nameAfter(deployment: Deployment, component: string, role: string, input: DeploymentInput): void {
  const { metadata, spec } = deployment;
  const selector = selectorOf(input, component);
  const { labels, annotations } = podMetadata(input, role);
  metadata.name = componentName(deploymentName(input.run, input.dynamo), component);
  spec.selector = { matchLabels: selector };
  spec.template.metadata = { labels: { ...labels, ...selector }, annotations };
}

function fillFrontend(deployment: Deployment, input: DeploymentInput): void {
  fillPlainPod(deployment, input);
  bindFrontend(deployment.spec.template.spec, input);
}

/**
 * Sets the fields of a pod of Dynamo, and the address of the discovery service, which the operator would otherwise set.
 */
function fillPlainPod(deployment: Deployment, input: DeploymentInput): void {
  const { spec } = deployment.spec.template;
  const discovery = componentName(deploymentName(input.run, input.dynamo), 'discovery');
  setEnvironment(mainContainer(spec), { ETCD_ENDPOINTS: `http://${discovery}:2379` });
  fillDynamoPod(spec, input);
}

function selectorOf({ run }: DeploymentInput, component: string): Record<string, string> {
  return { [DEPLOYMENT_LABEL]: run.key, [DEPLOYMENT_COMPONENT_LABEL]: component };
}
