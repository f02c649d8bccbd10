import type { Pod } from '../../kubernetes/client/objects.js';
import { PROBE_ARGUMENTS } from '../../suite/cluster/probe.js';
import { etcdHost, probePodName } from '../../suite/run/object-names.js';
import { COMPONENT_LABEL, type Run } from '../../suite/run/run.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import { measuringPod, onlyContainer, SCRIPTS } from './measuring-pod.js';

/** Probe of one node of the pair. */
export interface ProbeInput {
  readonly run: Run;
  readonly settings: PodSettings;
  readonly node: string;
  /** 1 for node1 of the pair, 2 for node2. */
  readonly index: number;
}

/** Seconds that a running probe may take. `fi_info` with 32 NICs takes a few seconds. */
export const PROBE_TIMEOUT = 120;

/** Labels of a probe pod, in addition to those of its run. */
export const PROBE_LABELS = { [COMPONENT_LABEL]: 'probe' } as const;

/**
 * Builds the pod that probes the image and the node: a pod of the tools with the resources of a rank.
 *
 * @param podStart seconds within which the pod must start
 */
export async function probePod({ run, settings, node, index }: ProbeInput, podStart: number): Promise<Pod> {
  const pod = await measuringPod(run, settings, node);
  const container = onlyContainer(pod);
  container.command = ['/bin/sh', `${SCRIPTS}/probe.sh`];
  container.args = [...PROBE_ARGUMENTS];
  container.env?.push({ name: 'DYNAMO_BENCH_ETCD_HOST', value: etcdHost(run) });
  pod.metadata.name = probePodName(run, index);
  pod.spec.activeDeadlineSeconds = Math.ceil(podStart + PROBE_TIMEOUT);
  return pod;
}
