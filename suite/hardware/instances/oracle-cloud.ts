import type { InstanceGroup } from './instance.js';

const SHAPES = 'Oracle Cloud Infrastructure, compute shapes';

/** Builds the group of a bare metal shape in a cluster network, which is RoCE. */
function roce(type: string, cards: number, gbit: number, gpus: number, bandwidth: string): InstanceGroup {
  return { types: [type], kind: 'roce', cards, gbit, gpus, rdma: 'read-write', source: `${SHAPES}: ${bandwidth}` };
}

/** Oracle Cloud's bare metal shapes with a cluster network. */
export const ORACLE_CLOUD: readonly InstanceGroup[] = [
  // Each of the 8 cards has two ports, which are two RDMA devices.
  roce('BM.GPU4.8', 16, 100, 8, '8 x 200 Gbps RDMA, on 16 devices'),
  roce('BM.GPU.A100-v2.8', 16, 100, 8, '16 x 100 Gbps RDMA'),
  roce('BM.GPU.H100.8', 16, 200, 8, '8 x 2 x 200 Gbps RDMA'),
  roce('BM.GPU.H200.8', 8, 400, 8, '8 x 400 Gbps RDMA'),
  roce('BM.GPU.B200.8', 8, 400, 8, '8 x 400 Gbps RDMA'),
  roce('BM.GPU.GB200.4', 4, 400, 4, '4 x 400 Gbps RDMA'),
  roce('BM.GPU.GB300.4', 4, 800, 4, '4 x 800 Gbps RDMA'),
  roce('BM.GPU.MI300X.8', 8, 400, 8, '8 x 1 x 400 Gbps RDMA'),
  roce('BM.GPU.MI355X.8', 8, 400, 8, '8 x 400 Gbps RDMA'),
  roce('BM.Optimized3.36', 1, 100, 0, '1 x 100 Gbps RDMA'),
  roce('BM.HPC.E5.144', 1, 100, 0, '1 x 100 Gbps RDMA'),
];
