import type { Pod, PodSpec } from '../../kubernetes/client/objects.js';
import { etcdEndpoint, rankPodName } from '../../suite/run/object-names.js';
import { COMPONENT_LABEL, POSITION_LABEL, type Run, TEST_LABEL } from '../../suite/run/run.js';
import { isSameNode } from '../../suite/schema/placement.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';
import { measuringPod, onlyContainer, SCRIPTS } from './measuring-pod.js';

/** One rank of one attempt. */
export interface RankInput {
  readonly run: Run;
  readonly settings: PodSettings;
  readonly test: TransportTestSpec;
  readonly position: 'node1' | 'node2';
  readonly node: string;
  /** Rendezvous group, unique to the attempt: `--benchmark_group` of nixlbench, and part of the names of the pods. */
  readonly group: string;
  /** Address of the rank that started first; undefined for that rank itself. */
  readonly peer?: string | undefined;
  /** Seconds after which the kubelet ends the pod, even without a worker. */
  readonly activeDeadline: number;
}

/** Builds the pod of a rank from the manifest and the spec. */
export async function rankPod(input: RankInput): Promise<Pod> {
  const { run, test, group, peer } = input;
  const pod = await measuringPod(run, input.settings, input.node);
  const container = onlyContainer(pod);
  const place = { folder: SCRIPTS, etcdEndpoint: etcdEndpoint(run), group, server: peer };
  const tool = toolOf(test);
  const { command, environment } = tool.run(test, place);
  const readiness = tool.readiness(test);
  container.command = ['/bin/sh', `${SCRIPTS}/entry.sh`];
  container.args = [...command];
  container.env?.push(...Object.entries(environment).map(([name, value]) => ({ name, value })));
  if (isSameNode(test)) letRanksShareNode(pod.spec);
  pod.metadata.name = rankPodName(group, input.position);
  pod.spec.activeDeadlineSeconds = Math.ceil(input.activeDeadline);
  if (readiness.kind === 'listening' && peer === undefined) {
    container.startupProbe = {
      exec: { command: ['/bin/sh', `${SCRIPTS}/listening.sh`, ...readiness.ports.map(String)] },
      periodSeconds: 1,
      failureThreshold: Math.ceil(input.activeDeadline),
    };
  }
  return pod;
}

/** Removes the anti-affinity that keeps ranks on different nodes, and no term of the spec's own. */
function letRanksShareNode({ affinity }: PodSpec): void {
  const anti = affinity?.podAntiAffinity;
  const terms = anti?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!anti || !terms) return;
  anti.requiredDuringSchedulingIgnoredDuringExecution = terms.filter(
    ({ labelSelector }) => labelSelector?.matchLabels?.[COMPONENT_LABEL] !== 'rank',
  );
}

/** Returns the labels of a rank's pod, in addition to those of its run. */
export function rankLabels({ test, position }: Pick<RankInput, 'test' | 'position'>): Record<string, string> {
  return { [TEST_LABEL]: test.name, [POSITION_LABEL]: position };
}
