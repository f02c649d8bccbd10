import type { InstanceGroup } from './instance.js';

const SIZES = 'Microsoft Learn, Azure virtual machine sizes';

/** Builds a group of sizes with InfiniBand. */
function infiniband(
  types: readonly string[],
  cards: number,
  gbit: number,
  gpus: number,
  document: string,
): InstanceGroup {
  return { types, kind: 'infiniband', cards, gbit, gpus, rdma: 'read-write', source: `${SIZES}, ${document}` };
}

/** Lists a size and its forms with fewer cores, which keep the network. */
function withCores(before: string, cores: readonly number[], after: string): string[] {
  return [`${before}${after}`, ...cores.map((count) => `${before}-${count}${after}`)];
}

/** Azure's sizes with InfiniBand. Sizes without `r` in their name have none. */
export const AZURE: readonly InstanceGroup[] = [
  infiniband(['Standard_ND96isr_H100_v5'], 8, 400, 8, 'ND-H100-v5: 400 Gb/s Quantum-2 InfiniBand for each GPU'),
  infiniband(['Standard_ND96isr_H200_v5'], 8, 400, 8, 'ND-H200-v5: 400 Gb/s Quantum-2 InfiniBand for each GPU'),
  infiniband(['Standard_ND96isr_MI300X_v5'], 8, 400, 8, 'ND-MI300X-v5: 400 Gb/s Quantum-2 InfiniBand for each GPU'),
  infiniband(['Standard_ND96amsr_A100_v4'], 8, 200, 8, 'NDm A100 v4: 200 Gb/s HDR InfiniBand for each GPU'),
  infiniband(['Standard_ND96asr_v4'], 8, 200, 8, 'ND A100 v4: 200 Gb/s HDR InfiniBand for each GPU'),
  infiniband(['Standard_ND40rs_v2'], 1, 100, 8, 'NDv2: 100 Gb/s EDR InfiniBand'),
  infiniband(['Standard_ND128isr_NDR_GB200_v6'], 4, 400, 4, 'ND GB200 v6: 4 NICs of 400 Gb/s'),
  infiniband(
    ['Standard_ND128isr_GB300_v6', 'Standard_ND128isrG5_GB300_v6'],
    4,
    800,
    4,
    'ND GB300 v6: scale-out 4x800 Gb/s',
  ),
  infiniband(['Standard_HC44rs', 'Standard_HC44-16rs', 'Standard_HC44-32rs'], 1, 100, 0, 'HC: RDMA 100 Gb/s'),
  infiniband(withCores('Standard_HB120', [96, 64, 32, 16], 'rs_v2'), 1, 200, 0, 'HBv2: RDMA 200 Gb/s'),
  infiniband(withCores('Standard_HB120', [96, 64, 32, 16], 'rs_v3'), 1, 200, 0, 'HBv3: RDMA 200 Gb/s'),
  infiniband(withCores('Standard_HB176', [144, 96, 48, 24], 'rs_v4'), 1, 400, 0, 'HBv4: RDMA 400 Gb/s'),
  infiniband(withCores('Standard_HX176', [144, 96, 48, 24], 'rs'), 1, 400, 0, 'HX: RDMA 400 Gb/s'),
  infiniband(
    withCores('Standard_HB368', [336, 288, 240, 192, 144, 96, 48], 'rs_v5'),
    4,
    200,
    0,
    'HBv5: 4 * 200 Gb/s ConnectX-7 NDR InfiniBand',
  ),
];
