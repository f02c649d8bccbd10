import { equalCards, oneEfa } from './aws.js';
import type { InstanceGroup, Rdma, UnmeasuredGroup } from './instance.js';

/** Document with the bandwidth, EFA support and network cards of every instance type. A card has one EFA interface. */
const SPECIFICATIONS = 'Amazon EC2 instance types, accelerated computing, network specifications';
const CARDS = 'Amazon EC2 User Guide, EFA on instances with multiple network cards';

/** Builds the group of one instance type. */
function efa(type: string, cards: number, gbit: number, gpus: number, source: string, rdma: Rdma): InstanceGroup {
  return { types: [type], kind: 'efa', cards, gbit, gpus, rdma, source };
}

/**
 * AWS's accelerated instance types with EFA. The cell keys of recorded cells contain the entries that were here first, with
 * their sources: their figures and texts must not change.
 */
export const AWS_ACCELERATED: readonly InstanceGroup[] = [
  efa('p4d.24xlarge', 4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`, 'read'),
  efa('p4de.24xlarge', 4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`, 'read'),
  efa('p5.4xlarge', 1, 100, 1, `${SPECIFICATIONS}: 100 Gigabit, 1 card`, 'read-write'),
  efa('p5.48xlarge', 32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`, 'read-write'),
  efa('p5e.48xlarge', 32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`, 'read-write'),
  efa('p5en.48xlarge', 16, 200, 8, `${SPECIFICATIONS}: 3200 Gigabit, 16 cards`, 'read-write'),
  efa('p6-b200.48xlarge', 8, 400, 8, `${CARDS}: 8 cards of 400 Gbps`, 'read-write'),
  efa(
    'p6-b300.48xlarge',
    16,
    400,
    8,
    `${CARDS}: 17 cards, of which the first has no EFA, the others 400 Gbps each`,
    'read-write',
  ),
  efa('g6e.8xlarge', 1, 25, 1, `${SPECIFICATIONS}: 25 Gigabit, 1 card`, 'read-write'),
  efa('g6e.12xlarge', 1, 100, 4, `${SPECIFICATIONS}: 100 Gigabit, 1 card`, 'read-write'),
  efa('g6e.16xlarge', 1, 35, 1, `${SPECIFICATIONS}: 35 Gigabit, 1 card`, 'read-write'),
  efa('g6e.24xlarge', 2, 100, 4, `${SPECIFICATIONS}: 200 Gigabit, 2 cards`, 'read-write'),
  efa('g6e.48xlarge', 4, 100, 8, `${SPECIFICATIONS}: 400 Gigabit, 4 cards`, 'read-write'),
  efa('trn1.32xlarge', 8, 100, 16, `${SPECIFICATIONS}: 8x 100 Gigabit`, 'read-write'),
  efa('trn1n.32xlarge', 16, 100, 16, `${SPECIFICATIONS}: 16x 100 Gigabit`, 'read-write'),
  efa('trn2.48xlarge', 16, 200, 16, `${SPECIFICATIONS}: 16x 200 Gigabit`, 'read-write'),
  efa(
    'trn2u.48xlarge',
    16,
    200,
    16,
    `${SPECIFICATIONS}: 16x 200 Gigabit; AWS Neuron, Trn2 architecture: 16 chips`,
    'read-write',
  ),
  {
    // Pairs of cards share a GPU: one EFA for each GPU has 400 Gbit/s, two have 200 Gbit/s each.
    types: ['p6e-gb200.36xlarge'],
    kind: 'efa',
    cards: 8,
    gbit: 400,
    nodeGbit: 1600,
    gpuGbit: 400,
    gpus: 4,
    rdma: 'read-write',
    source: `${CARDS}: 4 EFA of 400 Gbps or 8 of 200 Gbps, 1600 Gbps a node, 400 Gbps a GPU`,
  },
  {
    types: ['p6e-gb300r.36xlarge'],
    kind: 'roce',
    cards: 8,
    gbit: 400,
    gpus: 4,
    rdma: 'read-write',
    source: 'NVIDIA/aicr issue 1326, probe of a node: 8 ConnectX RoCE devices of 400 Gb/s; no AWS document',
  },
  equalCards(['g7.8xlarge'], 1, 100, 'read-write', 1),
  equalCards(['g7.12xlarge'], 1, 175, 'read-write', 2),
  equalCards(['g7.24xlarge'], 1, 350, 'read-write', 4),
  equalCards(['g7.48xlarge'], 2, 700, 'read-write', 8),
  equalCards(['g7e.8xlarge'], 1, 100, 'read-write', 1),
  equalCards(['g7e.12xlarge'], 1, 400, 'read-write', 2),
  equalCards(['g7e.24xlarge'], 2, 800, 'read-write', 4),
  equalCards(['g7e.48xlarge'], 4, 1600, 'read-write', 8),
  oneEfa(['g6.8xlarge', 'g6.16xlarge', 'gr6.8xlarge'], 25, 'read-write', 1),
  oneEfa(['g6.12xlarge'], 40, 'read-write', 4),
  oneEfa(['g6.24xlarge'], 50, 'read-write', 4),
  oneEfa(['g6.48xlarge'], 100, 'read-write', 8),
  oneEfa(['g5.8xlarge', 'g5.16xlarge'], 25, 'none', 1),
  oneEfa(['g5.12xlarge'], 40, 'none', 4),
  oneEfa(['g5.24xlarge'], 50, 'none', 4),
  oneEfa(['g5.48xlarge'], 100, 'none', 8),
  oneEfa(['g4dn.8xlarge', 'g4dn.16xlarge'], 50, 'none', 1),
  oneEfa(['g4dn.12xlarge'], 50, 'none', 4),
  oneEfa(['g4dn.metal'], 100, 'none', 8),
  oneEfa(['p3dn.24xlarge'], 100, 'none', 8),
  oneEfa(['trn2.3xlarge'], 200, 'read-write', 1),
  equalCards(['dl1.24xlarge'], 4, 400, 'read', 8),
  oneEfa(['dl2q.24xlarge'], 100, 'none', 8),
  oneEfa(['inf1.24xlarge'], 100, 'none', 16),
  oneEfa(['vt1.24xlarge'], 25, 'none', 8),
  oneEfa(['f2.48xlarge'], 100, 'read-write', 8),
];

const UNPUBLISHED = {
  reason: 'has EFA according to AWS, which publishes neither its number of EFA devices nor their rate',
  hint: 'Set fabric.nics, fabric.nicRate and fabric.gpus from the contract or from the node: `fi_info -p efa` and the description of the instance type',
} as const;

const PLUGIN = 'aws/eks-charts, list of the EFA device plugin for types that DescribeInstanceTypes may not show';

/** AWS's instance types that its EFA charts or plugins name, without public figures. */
export const AWS_UNPUBLISHED: readonly UnmeasuredGroup[] = [
  {
    ...UNPUBLISHED,
    types: ['trn2-ac.24xlarge', 'trn2u-ac.24xlarge'],
    source: PLUGIN,
  },
  {
    ...UNPUBLISHED,
    types: ['p6e-gb300.36xlarge'],
    hint: `${UNPUBLISHED.hint}; where the nodes have RoCE instead, set fabric.kind to "roce" and fabric.instanceType to p6e-gb300r.36xlarge`,
    source: PLUGIN,
  },
  { ...UNPUBLISHED, types: ['trn3.48xlarge'], source: 'aws/aws-ofi-nccl, platform table' },
  {
    ...UNPUBLISHED,
    types: ['r9g.48xlarge', 'r9g.metal-48xl', 'r9gd.48xlarge', 'r9gd.metal-48xl'],
    source:
      'EC2 User Guide, EFA supported instance types; not in the bandwidth table of the Karpenter provider for AWS',
  },
];
