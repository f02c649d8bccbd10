import { PORT_DATA } from '../common/byte-source.js';
import { INFINIBAND_EVENTS } from '../common/event-counter.js';
import type { FabricKind } from '../common/fabric-kind.js';
import { memlockProblems, rdmaKind } from '../common/rdma-kind.js';
import { differentDomain, differentZone } from '../common/zone.js';
import { type InfinibandSpec, infinibandSpec } from './spec.js';

/**
 * Labels that name a separate InfiniBand network. AKS gives each node pool its own partition keys (Azure HPC, "Enable
 * InfiniBand": one virtual machine scale set); CoreWeave, "InfiniBand and RoCE labels": a distinct fabric; Crusoe: machines of two
 * partitions cannot communicate.
 */
const DOMAINS = [
  'kubernetes.azure.com/agentpool',
  'backend.coreweave.cloud/fabric',
  'ib.coreweave.cloud/fabric',
  'crusoe.ai/ib.partition.id',
];

/** InfiniBand: host channel adapters that bypass the kernel. */
export const infiniband = {
  ...rdmaKind('infiniband', ['InfiniBand']),
  name: 'infiniband',
  schema: infinibandSpec,
  title: 'InfiniBand',
  devices: 'InfiniBand adapters',
  defaultDevices: [],
  environment: {},
  workerEnvironment: {},
  runtimeImageSuffix: '',
  emulatesOldUcx: false,
  byteSources: [PORT_DATA],
  events: INFINIBAND_EVENTS,
  signs: [],
  hungHint:
    'Check that the ports of both nodes are active in one subnet with a common partition key; on AKS, use nodes of one node pool',
  // Registered buffers are pinned host memory of the tools' own size, which the spec of the test sets.
  memoryPerDevice: 0,
  unreachable: (a, b) => differentZone('InfiniBand', a, b) ?? differentDomain('InfiniBand', DOMAINS, a, b),
  countersText: () => 'ports/*/counters of the InfiniBand adapters',
  probeProblems: ({ memlockLimit }) => memlockProblems(memlockLimit),
} satisfies FabricKind<InfinibandSpec>;
