import type { InstanceGroup, UnmeasuredGroup } from './instance.js';

const MACHINES = 'Google Cloud, GPU machine types and GPU network bandwidth';

/** Builds the group of a machine type with RoCE. */
function roce(type: string, cards: number, gbit: number, gpus: number, document: string): InstanceGroup {
  return { types: [type], kind: 'roce', cards, gbit, gpus, rdma: 'read-write', source: `${MACHINES}: ${document}` };
}

/** Google Cloud's machine types with RoCE; the cards of the hosts' own network do not count. */
export const GOOGLE_CLOUD: readonly InstanceGroup[] = [
  roce('a3-ultragpu-8g', 8, 400, 8, '3,600 Gbps on 10 NICs, of which 8 are ConnectX-7 with RDMA'),
  roce('a4-highgpu-8g', 8, 400, 8, '3,600 Gbps on 10 NICs, of which 8 are ConnectX-7 with RDMA'),
  roce('a4x-highgpu-4g', 4, 400, 4, '2,000 Gbps on 6 NICs, of which 4 are ConnectX-7 with RDMA'),
  roce('a4x-maxgpu-4g-metal', 8, 400, 4, '3,600 Gbps; 4 ConnectX-8 of 800 Gbps appear as 8 RDMA interfaces'),
];

/** Google Cloud's machine types whose fast network only NCCL can use. */
export const GOOGLE_CLOUD_TCP: readonly UnmeasuredGroup[] = [
  {
    types: ['a3-megagpu-8g'],
    reason: 'has GPUDirect-TCPXO, which serves NCCL through a side-car; NIXL, UCX and libfabric cannot use it',
    hint: 'Measure its kernel network: set fabric.kind to "ethernet" with fabric.rate and fabric.interface; or use a3-ultragpu-8g or a4-highgpu-8g, which have RoCE',
    source: `${MACHINES}: GPUDirect-TCPXO`,
  },
  {
    types: ['a3-highgpu-8g', 'a3-highgpu-4g', 'a3-highgpu-2g', 'a3-highgpu-1g', 'a3-edgegpu-8g'],
    reason: 'has GPUDirect-TCPX at most, which serves NCCL through a side-car; NIXL, UCX and libfabric cannot use it',
    hint: 'Measure its kernel network: set fabric.kind to "ethernet" with fabric.rate and fabric.interface; or use a3-ultragpu-8g or a4-highgpu-8g, which have RoCE',
    source: `${MACHINES}: GPUDirect-TCPX`,
  },
];
