import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../kubernetes/client/objects.js';
import { CUSTOM_RESOURCE_DEFINITION, DYNAMO_GRAPH, POD } from '../kubernetes/client/resources.js';
import { isReady } from '../kubernetes/pods/pod-state.js';

const GRAPH_CRD = 'dynamographdeployments.nvidia.com';
const VERSION_ANNOTATION = 'dynamo.nvidia.com/operator-version';
/** What the operator's image is called by NVIDIA, under any registry; and the name that its chart gives the pod. */
const OPERATOR_IMAGE = /(?:^|\/)(?:kubernetes|dynamo)-operator[:@]/;
const OPERATOR_NAME = 'dynamo-operator';
const WANTED_VERSION = DYNAMO_GRAPH.apiVersion.replace(/^.*\//, '');

interface Crd extends KubernetesObject {
  spec: { versions: { name: string; served: boolean }[] };
}

/**
 * The Dynamo platform of a cluster: its resource in the version that the suite speaks, and an operator that runs.
 *
 * @returns the operator's version, `unknown` when nothing says it; or what is missing, in words
 */
export async function findPlatform(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ version: string } | { missing: string }> {
  const crd = await cluster.find<Crd>(CUSTOM_RESOURCE_DEFINITION, undefined, GRAPH_CRD, signal);
  if (!crd) return { missing: `the cluster has no resource ${GRAPH_CRD}` };
  const served = crd.spec.versions.filter((version) => version.served).map(({ name }) => name);
  if (!served.includes(WANTED_VERSION)) {
    return { missing: `the cluster serves ${GRAPH_CRD} as ${served.join(', ')} only, ${WANTED_VERSION} is needed` };
  }
  const pods = await cluster.list<Pod>(POD, undefined, {}, signal);
  const operators = pods.filter(
    ({ metadata, spec }) =>
      metadata.labels?.['app.kubernetes.io/name'] === OPERATOR_NAME ||
      spec.containers.some(({ image }) => OPERATOR_IMAGE.test(image ?? '')),
  );
  if (!operators.some(isReady)) {
    const state = operators.length === 0 ? 'no operator runs' : 'its operator is not ready';
    return { missing: `the cluster has ${GRAPH_CRD}, and ${state}` };
  }
  return { version: crd.metadata.annotations?.[VERSION_ANNOTATION] ?? 'unknown' };
}
