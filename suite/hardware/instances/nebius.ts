import type { InstanceGroup } from './instance.js';

/**
 * Nebius's platforms with InfiniBand. The label names the platform; the figures are those of its presets with 8 GPUs in a GPU
 * cluster.
 */
export const NEBIUS: readonly InstanceGroup[] = [
  {
    types: ['gpu-h100-sxm', 'gpu-h200-sxm', 'gpu-b200-sxm'],
    kind: 'infiniband',
    cards: 8,
    gbit: 400,
    gpus: 8,
    rdma: 'read-write',
    source: 'Nebius in MLCommons inference results: 8x ConnectX-7 IB NDR 400Gb/s; presets with 8 GPUs',
  },
];
