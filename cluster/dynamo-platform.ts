import type { Cluster } from '../kubernetes/client/cluster.js';
import { listIfAllowed } from '../kubernetes/client/list-if-allowed.js';
import type { Deployment, KubernetesObject, Pod, PodTemplate } from '../kubernetes/client/objects.js';
import { CUSTOM_RESOURCE_DEFINITION, DEPLOYMENT, DYNAMO_GRAPH, POD } from '../kubernetes/client/resources.js';
import { isReady, isTerminal } from '../kubernetes/pods/pod-state.js';
import { describeWaiting } from '../kubernetes/pods/pod-trouble.js';
import type { UnusablePlatform } from '../suite/cluster/platform-remedy.js';
import { NAME_LABEL } from '../suite/run/run.js';

const GRAPH_CRD = 'dynamographdeployments.nvidia.com';
const VERSION_ANNOTATION = 'dynamo.nvidia.com/operator-version';
/** Matches NVIDIA's names of the operator's image, in any registry. */
const OPERATOR_IMAGE = /(?:^|\/)(?:kubernetes|dynamo)-operator[:@]/;
/** Value of the name label that NVIDIA's chart sets on the operator's pods. */
const OPERATOR_NAME = 'dynamo-operator';
const WANTED_VERSION = DYNAMO_GRAPH.apiVersion.replace(/^.*\//, '');

/** Matches the names of Dynamo's resource definitions. */
const DYNAMO_CRD = /^dynamo[a-z]*\.nvidia\.com$/;

interface Crd extends KubernetesObject {
  spec: { versions: { name: string; served: boolean }[] };
}

/** Dynamo platform of a cluster. Without `version` it cannot be used, and `missing` says why. */
export type FoundPlatform =
  /** Version of the operator; `unknown` when the resource definition does not state it. */
  { readonly version: string } | { readonly missing: string; readonly state: UnusablePlatform };

/**
 * Checks that a cluster has the Dynamo platform: its custom resource definition in the version that the suite uses, and
 * a ready operator. Skips the check of the operator when the account may not list pods of other namespaces.
 */
export async function findPlatform(cluster: Cluster, signal?: AbortSignal): Promise<FoundPlatform> {
  const crd = await cluster.find<Crd>(CUSTOM_RESOURCE_DEFINITION, undefined, GRAPH_CRD, signal);
  if (!crd) {
    const missing = `the cluster has no custom resource definition ${GRAPH_CRD}`;
    const operators = await findOperators(cluster, signal);
    if (!operators?.length) return { missing, state: 'absent' };
    return { missing: `${missing}, but ${operatorState(operators)}`, state: 'not ready' };
  }
  if (crd.metadata.deletionTimestamp !== undefined) {
    return { missing: `the custom resource definition ${GRAPH_CRD} is being deleted`, state: 'not ready' };
  }
  const served = crd.spec.versions.filter((version) => version.served).map(({ name }) => name);
  if (!served.includes(WANTED_VERSION)) {
    const missing = `the cluster serves ${GRAPH_CRD} as ${served.join(', ')}, but the suite needs ${WANTED_VERSION}`;
    return { missing, state: 'outdated' };
  }
  const operators = await findOperators(cluster, signal);
  if (operators && !operators.some(isServing)) {
    const missing = `the cluster has the custom resource definition ${GRAPH_CRD}, but ${operatorState(operators)}`;
    return { missing, state: 'not ready' };
  }
  return { version: crd.metadata.annotations?.[VERSION_ANNOTATION] ?? 'unknown' };
}

/** Describes the operator of a cluster as a noun: `no Dynamo operator`, or the state of its pods. */
export async function describeOperator(cluster: Cluster, signal?: AbortSignal): Promise<string> {
  const operators = await findOperators(cluster, signal);
  return operators ? operatorState(operators) : 'an operator whose pods this account may not list';
}

/** Lists the names of the operator's Deployments in a namespace. */
export async function operatorDeployments(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const deployments = await cluster.list<Deployment>(DEPLOYMENT, namespace, {}, signal);
  return deployments.filter(({ spec }) => isOperator(spec.template)).map(({ metadata }) => metadata.name);
}

/** Lists the resource definitions of Dynamo that exist. Returns none when the account may not list definitions. */
export async function dynamoDefinitions(cluster: Cluster, signal?: AbortSignal): Promise<string[]> {
  const crds = (await listIfAllowed<Crd>(cluster, CUSTOM_RESOURCE_DEFINITION, {}, signal)) ?? [];
  return crds.map(({ metadata }) => metadata.name).filter((name) => DYNAMO_CRD.test(name));
}

/** Lists the pods of operators. Undefined when the account may not list pods of other namespaces. */
async function findOperators(cluster: Cluster, signal: AbortSignal | undefined): Promise<Pod[] | undefined> {
  const pods = await listIfAllowed<Pod>(cluster, POD, {}, signal);
  return pods?.filter((pod) => !isTerminal(pod) && isOperator(pod));
}

/** Whether a pod, or a pod of this template, is one of the operator. */
function isOperator({ metadata, spec }: PodTemplate | Pod): boolean {
  return (
    metadata?.labels?.[NAME_LABEL] === OPERATOR_NAME ||
    spec.containers.some(({ image }) => OPERATOR_IMAGE.test(image ?? ''))
  );
}

/** Whether a pod of the operator works, and has not been asked to end. */
function isServing(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && isReady(pod);
}

function operatorState(operators: readonly Pod[]): string {
  if (operators.length === 0) return 'no Dynamo operator';
  if (operators.some(isServing)) return 'an operator that is ready';
  const pods = operators.map((pod) => {
    const ending = pod.metadata.deletionTimestamp === undefined ? '' : ' (ending)';
    return `pod ${pod.metadata.namespace}/${pod.metadata.name}${ending}`;
  });
  return `an operator that is not ready: ${pods.join(', ')}: ${describeWaiting(OPERATOR_NAME, operators, [])}`;
}
