import type { RankResources } from '../spec/rank-resources.js';

/** Devices that a rank requests as an extended resource. */
export interface DeviceRequest {
  readonly resource: string;
  readonly use: 'network' | 'computation';
  /** Number of the resource. */
  readonly count: number;
  /** NICs or GPUs that `count` of the resource grant. */
  readonly devices: number;
  /** Where the spec has the number. */
  readonly countKey: string;
  /** Where the spec has the name. */
  readonly nameKey: string;
}

/** Lists the extended resources that a rank requests. */
export function deviceRequests({ gpu, devices }: Pick<RankResources, 'gpu' | 'devices'>): DeviceRequest[] {
  return [
    {
      ...gpu,
      use: 'computation' as const,
      devices: gpu.count,
      countKey: 'resources.gpu.count',
      nameKey: 'resources.gpu.resource',
    },
    ...devices.map(({ resource, count, nics = count }) => ({
      resource,
      use: 'network' as const,
      count,
      devices: nics,
      countKey: `the count of ${resource} in resources.devices`,
      nameKey: 'resources.devices',
    })),
  ].filter(({ count }) => count > 0);
}
