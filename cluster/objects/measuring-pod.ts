import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Pod, PodSpec } from '../../kubernetes/client/objects.js';
import { applyPodPatch } from '../../suite/pod/apply-patch.js';
import { runObjectName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { environmentVariables } from '../../suite/schema/grammar.js';
import { deviceQuantities } from '../../suite/schema/network-devices.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import { nicsOfPod } from '../../suite/spec/rank-resources.js';
import { kubernetesQuantity } from '../../suite/units/units.js';
import { addClaims } from './device-claims.js';
import { showNodeSysfs } from './node-sysfs.js';

/** Folder of a pod in which the scripts and files of the run object are mounted. */
export const SCRIPTS = '/dynamo-bench';

/**
 * Builds a pod with the image of the tools, with the settings and the patch of the spec.
 *
 * @param node the only node on which it may run; undefined leaves the choice to the caller
 */
export async function measuringPod(run: Run, settings: PodSettings, node: string | undefined): Promise<Pod> {
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
  if (node !== undefined) spec.affinity = { ...spec.affinity, nodeAffinity: onNode(node) };
  spec.tolerations = settings.tolerations;
  if (cluster.imagePullSecret) spec.imagePullSecrets = [{ name: cluster.imagePullSecret }];
  if (cluster.hostNetwork) Object.assign(spec, { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
  spec.volumes = [
    { name: 'scripts', configMap: { name: runObjectName(run) } },
    { name: 'output', emptyDir: {} },
    { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: kubernetesQuantity(resources.sharedMemory) } },
  ];
  showNodeSysfs(spec, container, nicsOfPod(resources));
  const patched = applyPodPatch(pod, settings.pod);
  addClaims(run, 'rank', patched.spec, onlyContainer(patched), resources.claims);
  return patched;
}

export function onlyContainer(pod: Pod): Container {
  const [container] = pod.spec.containers;
  if (!container) throw new Error(`pod ${pod.metadata.name} has no container`);
  return container;
}

/** Returns the affinity that binds a pod to one node. */
export function onNode(node: string): NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']> {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  };
}
