import { isKnownInstance } from '../hardware/instances/catalogue.js';

/** Kinds of devices by the names of their resources, with what serves them and what is usually wrong. */
export interface DeviceFamily {
  /** Name of the devices in messages: `EFA`. */
  readonly title: string;
  /** What the devices are for. A node with another name for them has devices of the same use. */
  readonly use: 'network' | 'computation' | 'other';
  /** Names of resources of the family. */
  readonly resources: RegExp;
  /** Words in the name or image of a DaemonSet that serves the devices as an extended resource. */
  readonly plugins: RegExp;
  /** Words in the name or image of a DaemonSet that must be ready before the device plugin. */
  readonly before?: RegExp;
  /** Words in the name or image of a DaemonSet that serves the devices by Dynamic Resource Allocation. */
  readonly dra: RegExp;
  /** Remedy when a DRA driver serves the devices, and the spec requests an extended resource. */
  readonly claim: (resource: string) => string;
  /** Remedy when nothing serves the devices. */
  readonly install: string;
  /** Returns true for an instance type that is known to have none of these devices. */
  readonly absentFrom?: (instanceType: string) => boolean;
  /** Remedy when the device plugin is ready but offers none. */
  readonly none: string;
  /**
   * Remedy when a node offers fewer devices than its instance type has.
   *
   * @param all number of NICs or GPUs of the instance type
   */
  readonly fewer: (all: number, instanceType: string, node: string) => string;
}

/** Instance types of EC2, such as `ml.g5.4xlarge`. Those with EFA are all in the catalogue. */
const EC2_TYPE = /^(?:ml\.)?[a-z]+\d[a-z\d-]*\.(?:nano|micro|small|medium|\d*x?large|metal(?:-\w+)?)$/;

const DRA = /\bdranet\b|\bdra\b/i;

const claimOfDriver = (resource: string) =>
  `Claim the devices in resources.claims with a DeviceClass of the driver (kubectl get deviceclasses) and remove ${resource} from resources.devices`;

const FAMILIES: readonly DeviceFamily[] = [
  {
    title: 'EFA',
    use: 'network',
    resources: /\befa\b/i,
    plugins: /\befa|efa\b/i,
    dra: DRA,
    claim: (resource) =>
      `Claim the devices in resources.claims (DeviceClass efa.networking.k8s.aws) and remove ${resource} from resources.devices`,
    install: 'Install the Helm chart aws-efa-k8s-device-plugin from the EKS charts',
    absentFrom: (instanceType) => EC2_TYPE.test(instanceType) && !isKnownInstance(instanceType),
    none: 'Launch the nodes with EFA interfaces (launch template or node group; Karpenter attaches as many as pods request), and check the log of the device plugin on them',
    fewer: (all, instanceType) =>
      `Launch the node with all ${all} EFA interfaces of ${instanceType} (launch template or node group; Karpenter attaches as many as pods request)`,
  },
  {
    title: 'GPU',
    use: 'computation',
    resources: /\bgpu\b|^nvidia\.com\/mig-|^amd\.com\/|^habana\.ai\/|^aws\.amazon\.com\/neuron/i,
    plugins: /nvidia-device-plugin|nvidia[-/]k8s-device-plugin|gpu.{0,60}dev(?:ice)?-?plugin|neuron|habana/i,
    before: /nvidia-(?:driver|container-toolkit|operator-validator)|neuron-driver/i,
    dra: /dra-driver.{0,60}(?:gpu|neuron)|(?:gpu|neuron).{0,60}\bdra\b/i,
    claim: () =>
      'Claim the devices in resources.claims (DeviceClass gpu.nvidia.com for NVIDIA) and set resources.gpu.count to 0',
    install: "Install NVIDIA's GPU operator or k8s-device-plugin, or the device plugin of the accelerator's vendor",
    none: 'Check the driver on these nodes (nvidia-smi) and the log of the device plugin on them',
    fewer: (all, instanceType, node) =>
      `Find the missing GPUs of the ${all} of ${instanceType}: log of the GPU device plugin, nvidia-smi on ${node}`,
  },
  {
    title: 'RDMA',
    use: 'network',
    resources:
      /^openshift\.io\/|\brdma|mrdma|\bhca|\broce|\bib[-_\d]*\b|infiniband|sriov|mlnx|mellanox|^nvidia\.com\/|^networking\.gke\.io/i,
    plugins: /rdma|sriov|sr-iov|infiniband|\bhca\b|k8s-rdma-shared-dev-plugin/i,
    before: /\bmofed|doca-driver|nic-?cluster/i,
    dra: DRA,
    claim: claimOfDriver,
    install:
      "Install NVIDIA's Network Operator with a NicClusterPolicy that has an RDMA shared device plugin or an SR-IOV device plugin, or the plugin that your provider documents",
    none: 'Check that the configuration of the device plugin (its ConfigMap, or the SriovNetworkNodePolicy) selects the NICs of these nodes and has this name of the resource',
    fewer: (all, instanceType) =>
      `Find why the device plugin offers fewer than the ${all} NICs of ${instanceType}: its configuration selects the NICs, and its log names those that it rejects`,
  },
];

/**
 * Returns the family of an extended resource. A name that belongs to none gets a family that its plugin must name.
 *
 * @param use what the spec requests the resource for: `nvidia.com/gpus` of `resources.gpu` is not a network device
 */
export function familyOf(resource: string, use?: DeviceFamily['use']): DeviceFamily {
  const found = FAMILIES.find((family) => family.resources.test(resource) && (use ?? family.use) === family.use);
  if (found) return found;
  const word = (resource.split('/')[1] ?? resource).replace(/[^\w-]/g, '');
  return {
    title: resource,
    use: use ?? 'other',
    resources: new RegExp(`/${word}`, 'i'),
    plugins: new RegExp(`\\b${word}\\b`, 'i'),
    dra: DRA,
    claim: claimOfDriver,
    install: `Install the device plugin that offers ${resource}`,
    none: 'Check the log of the device plugin on these nodes',
    fewer: (all, instanceType) => `Find why the device plugin offers fewer than the ${all} of ${instanceType}`,
  };
}

/** Name and image of a DaemonSet. */
interface Named {
  readonly name: string;
  readonly image: string;
}

/** Lists the uses of the devices that a DaemonSet serves or prepares, by its name or image; empty when they are unknown. */
export function usesServed(daemonSet: Named): readonly DeviceFamily['use'][] {
  const uses = FAMILIES.filter((family) => doesServe(family, daemonSet)).map(({ use }) => use);
  // "dra" is in the names of drivers for all devices, "gpu" only in those for GPUs.
  return uses.includes('computation') ? ['computation'] : uses;
}

function doesServe({ plugins, before, dra }: DeviceFamily, { name, image }: Named): boolean {
  return [name, image].some((text) => plugins.test(text) || before?.test(text) || dra.test(text));
}

/** Returns true when a DaemonSet can be a device plugin, a DRA driver, or a driver, by its name or image. */
export function isDeviceDriver({ name, image }: Named): boolean {
  return [name, image].some((text) => /dev(?:ice)?-?plugin/i.test(text)) || usesServed({ name, image }).length > 0;
}
