import { EFA_DEVICES } from '../../schema/network-devices.js';
import { DEVICE_BYTES, EFA_OPERATIONS } from '../common/byte-source.js';
import { EFA_EVENTS } from '../common/event-counter.js';
import type { FabricKind } from '../common/fabric-kind.js';
import { rdmaKind } from '../common/rdma-kind.js';
import { efaProbeProblems } from './probe-problems.js';
import { efaUnreachable } from './reach.js';
import { efaEmulatedWrite, emulatedByEfa } from './remote-access.js';
import { efaRateAgrees } from './reported-rate.js';
import { EFA_SIGNS } from './signs.js';
import { type EfaSpec, efaSpec } from './spec.js';

/** AWS's Elastic Fabric Adapter: RDMA devices that a device plugin, a claim or the host network gives to the pods. */
export const efa = {
  // The kernel prints `Unknown` for a link layer that is neither InfiniBand nor Ethernet (drivers/infiniband/core/sysfs.c,
  // link_layer_show); `Unspecified` is libibverbs' name for it.
  ...rdmaKind('efa', ['Unknown', 'Unspecified']),
  name: 'efa',
  schema: efaSpec,
  title: 'EFA',
  devices: 'EFA devices',
  defaultDevices: [EFA_DEVICES],
  environment: { FI_PROVIDER: 'efa' },
  // NVIDIA, "EFA (RDMA over AWS Fabric) on EKS", required variables.
  workerEnvironment: { FI_EFA_USE_DEVICE_RDMA: '1', FI_EFA_ENABLE_SHM_TRANSFER: '0' },
  runtimeImageSuffix: '-efa',
  provider: 'efa',
  emulatesOldUcx: true,
  byteSources: [DEVICE_BYTES, EFA_OPERATIONS],
  events: EFA_EVENTS,
  signs: EFA_SIGNS,
  // EC2 User Guide, "Elastic Fabric Adapter": security group and limitations.
  hungHint:
    'Check that the security group of the EFA interfaces allows all traffic from and to itself, in both directions, and that both nodes are in one availability zone; EFA traffic is dropped without a message otherwise',
  // Registered buffers count against the pod's memory: 128 GiB are needed for 32 devices.
  memoryPerDevice: (128 * 2 ** 30) / 32,
  countersText: () => 'EFA hw_counters',
  rateAgrees: efaRateAgrees,
  emulatedWrite: efaEmulatedWrite,
  emulated: emulatedByEfa,
  unreachable: efaUnreachable,
  probeProblems: efaProbeProblems,
} satisfies FabricKind<EfaSpec>;
