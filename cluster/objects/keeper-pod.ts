import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Pod } from '../../kubernetes/client/objects.js';
import { keeperPodName } from '../../suite/run/object-names.js';
import { COMPONENT_LABEL, KEEPER, type Run } from '../../suite/run/run.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import { measuringPod, onlyContainer, onNode } from './measuring-pod.js';

/** A pod that keeps one node of the pair. */
export interface KeeperInput {
  readonly run: Run;
  readonly settings: PodSettings;
  readonly node: string;
  /** 1 for node1 of the pair, 2 for node2. */
  readonly index: number;
}

/** Labels of a keeper, in addition to those of its run. */
export const KEEPER_LABELS = { [COMPONENT_LABEL]: KEEPER } as const;

/**
 * Builds the pod that keeps an autoscaler from removing a node while no rank runs on it. It has the queue, scheduler and priority
 * of the ranks, but none of their devices, claims, networks and volumes, which the ranks need.
 */
export async function keeperPod({ run, settings, node, index }: KeeperInput): Promise<Pod> {
  const pod = structuredClone(await readManifestObject<Pod>('keeper-pod.yaml', 'Pod'));
  const rank = await measuringPod(run, settings, node);
  const { imagePullSecrets, priorityClassName, schedulerName, tolerations } = rank.spec;
  pod.metadata.name = keeperPodName(run, index);
  pod.metadata.labels = { ...rank.metadata.labels, ...pod.metadata.labels };
  pod.spec = {
    ...pod.spec,
    affinity: { nodeAffinity: onNode(node) },
    containers: [await keeperContainer(settings)],
    ...(tolerations ? { tolerations } : {}),
    ...(imagePullSecrets ? { imagePullSecrets } : {}),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(schedulerName === undefined ? {} : { schedulerName }),
  };
  return pod;
}

/** Builds the container of a keeper. Its requests are small, and a holder asks for them as well. */
export async function keeperContainer({ cluster }: Pick<PodSettings, 'cluster'>): Promise<Container> {
  const container = structuredClone(onlyContainer(await readManifestObject<Pod>('keeper-pod.yaml', 'Pod')));
  return { ...container, image: cluster.image, imagePullPolicy: cluster.imagePullPolicy };
}
