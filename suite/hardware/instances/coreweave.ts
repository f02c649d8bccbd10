import type { InstanceGroup, UnmeasuredGroup } from './instance.js';

const INSTANCES = 'CoreWeave, GPU instances';

/** Builds the group of an instance with InfiniBand. */
function infiniband(type: string, cards: number, gbit: number, gpus: number, model: string): InstanceGroup {
  const source = `${INSTANCES}, ${model}: Quantum-2 InfiniBand, ${gbit} Gbit/s for each GPU`;
  return { types: [type], kind: 'infiniband', cards, gbit, gpus, rdma: 'read-write', source };
}

/** CoreWeave's instances with InfiniBand. */
export const COREWEAVE: readonly InstanceGroup[] = [
  infiniband('gd-8xh100ib-i128', 8, 400, 8, 'HGX H100'),
  infiniband('gd-8xh200ib-i128', 8, 400, 8, 'HGX H200'),
  infiniband('b200-8x', 8, 400, 8, 'HGX B200'),
  infiniband('gb200-4x', 4, 400, 4, 'GB200 NVL72'),
];

/** CoreWeave's instances whose documents name the fabric and not its rate. */
export const COREWEAVE_UNPUBLISHED: readonly UnmeasuredGroup[] = [
  {
    types: ['gb300-4x', 'gb300-4x-e', 'b300-8x'],
    reason:
      'has RDMA according to CoreWeave, whose documents do not give the rate of its NICs (GB300 is RoCE where the fabric is Spectrum-X)',
    hint: 'Set fabric.kind, fabric.nics, fabric.nicRate and fabric.gpus from the label ib.coreweave.cloud/speed or from `rate` of the devices',
    source: 'CoreWeave, HPC interconnect',
  },
];
