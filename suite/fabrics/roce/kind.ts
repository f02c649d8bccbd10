import { PORT_DATA, ROCE_DRIVERS } from '../common/byte-source.js';
import { ROCE_EVENTS } from '../common/event-counter.js';
import type { FabricKind } from '../common/fabric-kind.js';
import { memlockProblems, rdmaKind } from '../common/rdma-kind.js';
import { differentDomain, differentZone } from '../common/zone.js';
import { type RoceSpec, roceSpec } from './spec.js';

/** Labels that name a separate RoCE network (CoreWeave, "InfiniBand and RoCE labels"). */
const DOMAINS = ['backend.coreweave.cloud/fabric'];

/** RoCE: RDMA over Ethernet. RDMA traffic does not pass the statistics of the NIC's network interface. */
export const roce = {
  ...rdmaKind('roce', ['Ethernet']),
  name: 'roce',
  schema: roceSpec,
  title: 'RoCE',
  devices: 'RoCE NICs',
  defaultDevices: [],
  environment: {},
  workerEnvironment: {},
  runtimeImageSuffix: '',
  emulatesOldUcx: false,
  byteSources: [PORT_DATA, ...ROCE_DRIVERS],
  events: ROCE_EVENTS,
  signs: [],
  hungHint:
    'Check that the RoCE interfaces of both pods have addresses that reach each other (`ip address` in a pod, the GID with UCX_IB_GID_INDEX or NCCL_IB_GID_INDEX); RoCE waits without a message otherwise',
  memoryPerDevice: 0,
  unreachable: (a, b) => differentZone('RoCE', a, b) ?? differentDomain('RoCE', DOMAINS, a, b),
  countersText: () => 'ports/*/counters and hw_counters of the RoCE NICs',
  probeProblems: ({ memlockLimit }) => memlockProblems(memlockLimit),
} satisfies FabricKind<RoceSpec>;
