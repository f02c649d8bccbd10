import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Pod } from '../../kubernetes/client/objects.js';
import { etcdEndpoint, rankPodName, runObjectName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { type EnvironmentValue, environmentVariables } from '../../suite/schema/grammar.js';
import { deviceQuantities, nicsOf } from '../../suite/schema/network-devices.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';
import { kubernetesQuantity } from '../../suite/units/units.js';
import { showNodeSysfs } from '../pods/node-sysfs.js';

/** The part of the spec that every pod with the image of the tools needs. */
export type PodSettings = Pick<SuiteSpec, 'resources'> & {
  readonly cluster: Omit<SuiteSpec['cluster'], 'context' | 'namespace' | 'leaseNamespace'>;
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
};

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

const SCRIPTS = '/dynamo-bench';

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

/** Builds a pod with the image of the tools on one node, with the settings of the spec. */
export async function measuringPod(run: Run, settings: PodSettings, node: string): Promise<Pod> {
  const { cluster, resources } = settings;
  const pod = structuredClone(await readManifestObject<Pod>('rank-pod.yaml', 'Pod'));
  const container = onlyContainer(pod);
  container.image = cluster.image;
  container.imagePullPolicy = cluster.imagePullPolicy;
  container.env = environmentVariables(settings.environment);
  const fixed = {
    ...(resources.gpu.count > 0 ? { [resources.gpu.resource]: String(resources.gpu.count) } : {}),
    ...deviceQuantities(resources.devices),
    ...(resources.hugepages2Mi > 0 ? { 'hugepages-2Mi': kubernetesQuantity(resources.hugepages2Mi) } : {}),
    memory: kubernetesQuantity(resources.memory),
  };
  container.resources = { requests: { ...fixed, cpu: String(resources.cpu) }, limits: fixed };

  const { spec } = pod;
  const affinity = spec.affinity as { nodeAffinity?: unknown };
  affinity.nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  };
  spec.tolerations = settings.tolerations;
  if (cluster.imagePullSecret) spec.imagePullSecrets = [{ name: cluster.imagePullSecret }];
  if (cluster.hostNetwork) Object.assign(spec, { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
  spec.volumes = [
    { name: 'scripts', configMap: { name: runObjectName(run) } },
    { name: 'output', emptyDir: {} },
    { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: kubernetesQuantity(resources.sharedMemory) } },
  ];
  showNodeSysfs(spec, container, nicsOf(resources.devices));
  return pod;
}

export function onlyContainer(pod: Pod): Container {
  const [container] = pod.spec.containers;
  if (!container) throw new Error(`pod ${pod.metadata.name} has no container`);
  return container;
}
