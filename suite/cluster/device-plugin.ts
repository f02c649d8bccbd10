import type { DevicePluginFacts, Problem } from '../run/cluster-facts.js';
import { type Candidate, isWanted, type NodeRequirements } from './candidate.js';

/**
 * Lists the problems of the EFA device plugin when a selected node offers no EFA devices.
 *
 * @param plugins undefined when they are unknown, because the account may not list DaemonSets
 */
export function efaPluginProblems(
  spec: NodeRequirements,
  candidates: readonly Candidate[],
  plugins: readonly DevicePluginFacts[] | undefined,
): Problem[] {
  const matching = candidates.filter((candidate) => isWanted(spec, candidate));
  return spec.resources.devices.flatMap(({ resource }) => {
    const without = matching.filter(({ facts }) => (facts.allocatable[resource] ?? 0) === 0);
    const names = without.map(({ facts }) => facts.name);
    return names.length > 0 ? problemsOfPlugin(resource, names, plugins) : [];
  });
}

function problemsOfPlugin(
  resource: string,
  without: readonly string[],
  plugins: readonly DevicePluginFacts[] | undefined,
): Problem[] {
  const missing = `${resource} is missing on ${without.join(', ')}`;
  if (!plugins) {
    return [
      {
        subject: 'EFA device plugin',
        message: `${missing}; the state of the device plugin is unknown, because this account may not list DaemonSets`,
        hint: 'Check it with an account that may: kubectl get daemonsets --all-namespaces',
      },
    ];
  }
  const efa = plugins.filter((plugin) => isAbout(plugin, EFA) && !isAbout(plugin, DRA));
  if (efa.length > 0) return efa.map((plugin) => notReady(plugin, missing));
  const dra = plugins.filter((plugin) => isAbout(plugin, DRA) && !isAbout(plugin, GPU));
  if (dra.length > 0) return dra.map((driver) => givenByClaims(driver, missing));
  const others = plugins.filter((plugin) => !isAbout(plugin, GPU)).map(nameOf);
  return [
    {
      subject: 'EFA device plugin',
      message: `the cluster has no DaemonSet of an EFA device plugin, so ${missing}${others.length > 0 ? `; other device plugins: ${others.join(', ')}` : ''}`,
      hint: `Install the Helm chart aws-efa-k8s-device-plugin from the EKS charts${others.length > 0 ? `, or check whether one of the others should offer ${resource}` : ''}`,
    },
  ];
}

/** Words in the name or image of a DaemonSet that serves EFA devices, uses Dynamic Resource Allocation, or serves GPUs. */
const EFA = /\befa|efa\b/i;
const DRA = /\bdranet\b|\bdra\b/i;
const GPU = /nvidia|gpu/i;

/** Returns true when a DaemonSet can be a device plugin or a DRA driver, by its name or image. */
export function isDeviceDriver({ name, image }: Pick<DevicePluginFacts, 'name' | 'image'>): boolean {
  return [name, image].some((text) => EFA.test(text) || DRA.test(text) || /device-?plugin/i.test(text));
}

function isAbout({ name, image }: DevicePluginFacts, word: RegExp): boolean {
  return word.test(name) || word.test(image);
}

function nameOf({ namespace, name, image }: DevicePluginFacts): string {
  return `${namespace}/${name} (${image})`;
}

function notReady({ namespace, name, image, ready, desired }: DevicePluginFacts, missing: string): Problem {
  return {
    subject: `EFA device plugin ${namespace}/${name}`,
    message: `${ready} of ${desired} pods are ready (${image}), and ${missing}`,
    hint: `Check its pods with kubectl -n ${namespace} get pods -o wide, and that its tolerations cover the taints of these nodes`,
  };
}

/**
 * A DRA driver gives devices to pods that name a ResourceClaim. AWS allows no device plugin beside it on a node (Amazon EKS
 * User Guide, "Manage EFA devices on Amazon EKS").
 */
function givenByClaims(driver: DevicePluginFacts, missing: string): Problem {
  return {
    subject: 'EFA devices',
    message: `${nameOf(driver)} gives out devices by DRA (ResourceClaims) and not as an extended resource, so ${missing}`,
    hint: 'Choose nodes with the EFA device plugin and without the DRA driver; a rank requests EFA as an extended resource',
  };
}
