import type { Cluster } from '../kubernetes/client/cluster.js';
import { listIfAllowed } from '../kubernetes/client/list-if-allowed.js';
import type { KubernetesObject, Pod } from '../kubernetes/client/objects.js';
import { CUSTOM_RESOURCE_DEFINITION, DYNAMO_GRAPH, POD } from '../kubernetes/client/resources.js';
import { isReady } from '../kubernetes/pods/pod-state.js';
import { NAME_LABEL } from '../suite/run/run.js';

const GRAPH_CRD = 'dynamographdeployments.nvidia.com';
const VERSION_ANNOTATION = 'dynamo.nvidia.com/operator-version';
/** Matches NVIDIA's names of the operator's image, in any registry. */
const OPERATOR_IMAGE = /(?:^|\/)(?:kubernetes|dynamo)-operator[:@]/;
/** Value of the name label that NVIDIA's chart sets on the operator's pods. */
const OPERATOR_NAME = 'dynamo-operator';
const WANTED_VERSION = DYNAMO_GRAPH.apiVersion.replace(/^.*\//, '');

interface Crd extends KubernetesObject {
  spec: { versions: { name: string; served: boolean }[] };
}

/**
 * Checks that a cluster has the Dynamo platform: its custom resource definition in the version that the suite uses, and
 * a ready operator. Skips the check of the operator when the account may not list pods of other namespaces.
 *
 * @returns the operator's version, `unknown` when the definition does not state it; or a message that names the missing
 *   part
 */
export async function findPlatform(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ version: string } | { missing: string }> {
  const crd = await cluster.find<Crd>(CUSTOM_RESOURCE_DEFINITION, undefined, GRAPH_CRD, signal);
  if (!crd) return { missing: `the cluster has no custom resource definition ${GRAPH_CRD}` };
  const served = crd.spec.versions.filter((version) => version.served).map(({ name }) => name);
  if (!served.includes(WANTED_VERSION)) {
    return {
      missing: `the cluster serves ${GRAPH_CRD} as ${served.join(', ')}, but the suite needs ${WANTED_VERSION}`,
    };
  }
  const version = crd.metadata.annotations?.[VERSION_ANNOTATION] ?? 'unknown';
  const pods = await listIfAllowed<Pod>(cluster, POD, {}, signal);
  if (!pods) return { version };
  const operators = pods.filter(
    ({ metadata, spec }) =>
      metadata.labels?.[NAME_LABEL] === OPERATOR_NAME ||
      spec.containers.some(({ image }) => OPERATOR_IMAGE.test(image ?? '')),
  );
  if (!operators.some(isReady)) {
    const state = operators.length === 0 ? 'no Dynamo operator' : 'its operator is not ready';
    return { missing: `the cluster has the custom resource definition ${GRAPH_CRD}, but ${state}` };
  }
  return { version };
}
