import type { FabricKind } from '../common/fabric-kind.js';
import { typesOfSpec } from '../common/instance-type.js';
import { fabricOfInstanceType } from './catalogue.js';
import { efaFabric, emulatedByEfa, unknownEfa } from './ceiling.js';
import { efaProbeProblems } from './probe-problems.js';
import { efaUnreachable } from './reach.js';
import { EFA_SIGNS } from './signs.js';
import { type EfaSpec, efaSpec } from './spec.js';

/** AWS's Elastic Fabric Adapter: RDMA devices that a device plugin gives to the pods. */
export const efa = {
  name: 'efa',
  schema: efaSpec,
  provider: 'efa',
  emulatesOldUcx: true,
  countsCards: true,
  byteCounters: {
    infiniband: [
      'rdma_write_bytes',
      'rdma_write_recv_bytes',
      'rdma_read_bytes',
      'rdma_read_resp_bytes',
      'tx_bytes',
      'rx_bytes',
      'send_bytes',
      'recv_bytes',
    ],
  },
  signs: EFA_SIGNS,
  // EC2 User Guide, "Elastic Fabric Adapter": security group and limitations.
  hungHint:
    'Check that the security group of the EFA interfaces allows all traffic from and to itself, in both directions, and that both nodes are in one availability zone; EFA traffic is dropped without a message otherwise',
  // Registered buffers count against the pod's memory: 128 GiB are needed for 32 devices.
  memoryPerDevice: (128 * 2 ** 30) / 32,
  fabricOf: efaFabric,
  ofInstanceType: fabricOfInstanceType,
  unknown: unknownEfa,
  emulated: emulatedByEfa,
  instanceTypes: (spec: EfaSpec, selected) => typesOfSpec(spec, selected),
  networkInterface: () => '',
  visibleNics: (_, givenDevices) => givenDevices,
  carries: (device) => device.startsWith('infiniband/'),
  countersText: () => 'EFA hw_counters',
  unreachable: efaUnreachable,
  probeProblems: efaProbeProblems,
} satisfies FabricKind<EfaSpec>;
