import type { Container, Pod, PodSpec } from '../../kubernetes/client/objects.js';
import { KEPT_LABEL } from '../../suite/cluster/dynamo-names.js';
import { holderPodName } from '../../suite/run/object-names.js';
import {
  COMPONENT_LABEL,
  HOLDER,
  KEEPER,
  MANAGED_BY,
  MEASURING_COMPONENTS,
  RUN_LABEL,
  type Run,
} from '../../suite/run/run.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { keeperContainer } from './keeper-pod.js';
import { measuringPod, onlyContainer } from './measuring-pod.js';

/** A pod that asks an autoscaler or a queue for one node of the pair. */
export interface HolderInput {
  readonly run: Run;
  readonly settings: PodSettings;
  readonly selector: SuiteSpec['nodes']['selector'];
  /** 1 for node1 of the pair, 2 for node2. */
  readonly index: number;
  /** Whether both nodes must be in one zone. */
  readonly sameZone: boolean;
  /** Longest wait for the nodes, in seconds. */
  readonly limit: number;
}

/** Time beside the limit after which the kubelet ends a holder, also without a worker, in seconds: the worker may be restarting. */
const DEADLINE_MARGIN_SECONDS = 600;

/** Labels of a holder, in addition to those of its run. */
export const HOLDER_LABELS = { [COMPONENT_LABEL]: HOLDER } as const;

type Affinity = NonNullable<PodSpec['affinity']>;

/**
 * Builds a pod that needs a node like a rank and its keeper do, and does nothing on it. It describes the node by labels, because
 * Karpenter provides no node for a pod with `matchFields`.
 */
export async function holderPod(input: HolderInput): Promise<Pod> {
  const { run, settings, selector, index, sameZone, limit } = input;
  const pod = await measuringPod(run, settings, undefined);
  const container = onlyContainer(pod);
  const keeper = await keeperContainer(settings);
  container.command = keeper.command ?? [];
  container.args = [];
  container.resources = withoutHugePages(container.resources);
  pod.metadata.name = holderPodName(run, index);
  pod.metadata.labels = { ...pod.metadata.labels, ...HOLDER_LABELS };
  pod.spec.activeDeadlineSeconds = Math.ceil(limit + DEADLINE_MARGIN_SECONDS);
  pod.spec.containers.push(keeper);
  const { affinity = {} } = pod.spec;
  pod.spec.affinity = {
    ...withSelector(affinity, selector),
    ...(sameZone ? { podAffinity: inOneZone(affinity, run) } : {}),
    podAntiAffinity: apart(affinity, run),
  };
  return pod;
}

/**
 * The image of a node reserves huge pages, and Karpenter, which does not know them, provides no node for a pod that requests them
 * (kubernetes-sigs/karpenter, issue 751). The node check looks for them.
 */
function withoutHugePages(resources: Container['resources'] = {}): Container['resources'] & object {
  const others = (list: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(list).filter(([resource]) => !resource.startsWith('hugepages-')));
  return { ...resources, requests: others(resources.requests), limits: others(resources.limits) };
}

/** Adds the labels of `nodes.selector` to every term, because terms are alternatives. */
function withSelector(affinity: Affinity, selector: HolderInput['selector']): Affinity {
  const wanted = Object.entries(selector).map(([key, values]) => ({ key, operator: 'In', values: [values].flat() }));
  if (wanted.length === 0) return affinity;
  const { nodeAffinity = {} } = affinity;
  const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  return {
    ...affinity,
    nodeAffinity: {
      ...nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((term) => ({
          ...term,
          matchExpressions: [...(term.matchExpressions ?? []), ...wanted],
        })),
      },
    },
  };
}

/** Puts both holders of a run into one zone. */
function inOneZone({ podAffinity = {} }: Affinity, run: Run): NonNullable<Affinity['podAffinity']> {
  return {
    ...podAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: [
      ...(podAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      {
        topologyKey: 'topology.kubernetes.io/zone',
        labelSelector: { matchLabels: { ...HOLDER_LABELS, [RUN_LABEL]: run.key } },
      },
    ],
  };
}

/**
 * Keeps a holder away from the other holder of its run, and from nodes on which another suite run measures or will measure, in
 * whatever namespace. The scheduler cannot see whether a deployment with `keep` was kept: the claim of the nodes finds that out.
 */
function apart({ podAntiAffinity = {} }: Affinity, run: Run): NonNullable<Affinity['podAntiAffinity']> {
  const topologyKey = 'kubernetes.io/hostname';
  return {
    ...podAntiAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: [
      ...(podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      { topologyKey, labelSelector: { matchLabels: { ...HOLDER_LABELS, [RUN_LABEL]: run.key } } },
      {
        topologyKey,
        namespaceSelector: {},
        labelSelector: {
          matchLabels: MANAGED_BY,
          matchExpressions: [
            { key: COMPONENT_LABEL, operator: 'In', values: [...MEASURING_COMPONENTS, KEEPER] },
            { key: RUN_LABEL, operator: 'NotIn', values: [run.key] },
            { key: KEPT_LABEL, operator: 'DoesNotExist' },
          ],
        },
      },
    ],
  };
}
