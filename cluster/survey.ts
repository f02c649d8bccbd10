import { isForbidden, isNotFound } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject, Node, Pod } from '../kubernetes/client/objects.js';
import {
  ATTACHMENT_DEFINITION,
  DEVICE_CLASS,
  GKE_NETWORK,
  KARPENTER_NODE_POOL,
  type Kind,
  NAMESPACE,
  NODE,
  POD,
  RESOURCE_SLICE,
  STORAGE_CLASS,
} from '../kubernetes/client/resources.js';
import type { ClusterSurvey, DraDriver } from '../suite/init/cluster-survey.js';
import { findPlatform } from './dynamo-platform.js';
import { keptPods } from './kept-pods.js';
import { candidatesOf } from './node-facts.js';

const RESOURCE_NAME = 'k8s.v1.cni.cncf.io/resourceName';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

interface ResourceSlice extends KubernetesObject {
  spec: { driver: string; nodeName?: string; devices?: unknown[] };
}

/**
 * Reads what a suite spec depends on. Changes nothing in the cluster.
 *
 * @param namespace namespace in which the suite would run
 */
export async function surveyCluster(
  cluster: Cluster,
  { context, namespace }: { readonly context?: string | undefined; readonly namespace: string },
): Promise<ClusterSurvey> {
  const [
    kubernetesVersion,
    nodes,
    pods,
    slices,
    classes,
    attachments,
    networks,
    storage,
    pools,
    platform,
    namespaceExists,
  ] = await Promise.all([
    cluster.version(),
    cluster.list<Node>(NODE, undefined),
    listOf<Pod>(cluster, POD),
    listOf<ResourceSlice>(cluster, RESOURCE_SLICE),
    listOf(cluster, DEVICE_CLASS),
    listOf(cluster, ATTACHMENT_DEFINITION),
    listOf(cluster, GKE_NETWORK),
    listOf(cluster, STORAGE_CLASS),
    listOf(cluster, KARPENTER_NODE_POOL),
    ifAllowed(findPlatform(cluster)),
    ifAllowed(cluster.find(NAMESPACE, undefined, namespace).then((found) => found !== undefined)),
  ]);
  const running = (pods ?? []).filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const kept = await keptPods(cluster, running);
  const images = new Map(nodes.map((node) => [node.metadata.name, imagesOf(node)]));
  return {
    context,
    namespaceExists,
    kubernetesVersion,
    nodes: candidatesOf(nodes, running, kept).map((node) => ({ ...node, images: images.get(node.facts.name) ?? [] })),
    draDrivers: slices && driversOf(slices),
    deviceClasses: classes?.map(nameOf),
    attachments: attachments?.map(({ metadata }) => ({
      name: `${metadata.namespace}/${metadata.name}`,
      resource: metadata.annotations?.[RESOURCE_NAME],
    })),
    gkeNetworks: networks?.map(nameOf),
    storageClasses: storage?.map(({ metadata }) => ({
      name: metadata.name,
      isDefault: metadata.annotations?.[DEFAULT_CLASS] === 'true',
    })),
    nodePools: pools?.map(nameOf),
    platform: platform ?? { missing: 'this account may not read its custom resource definition' },
  };
}

/** Lists the objects of a kind: none when the cluster does not know the kind, undefined when the account may not read it. */
function listOf<T extends KubernetesObject = KubernetesObject>(cluster: Cluster, kind: Kind): Promise<T[] | undefined> {
  const listed = cluster.list<T>(kind, undefined).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
  return ifAllowed(listed);
}

/** Waits for an answer of the API server; undefined when the account may not ask. */
async function ifAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function driversOf(slices: readonly ResourceSlice[]): DraDriver[] {
  const drivers = new Map<string, Record<string, number>>();
  for (const { spec } of slices) {
    const { driver, nodeName, devices = [] } = spec;
    if (nodeName === undefined) continue;
    const counts = drivers.get(driver) ?? {};
    counts[nodeName] = (counts[nodeName] ?? 0) + devices.length;
    drivers.set(driver, counts);
  }
  return [...drivers].map(([driver, devices]) => ({ driver, devices }));
}

function imagesOf({ status }: Node): string[] {
  return (status.images ?? []).flatMap(({ names = [] }) => names);
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name;
}
