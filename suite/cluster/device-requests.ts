import type { SuiteSpec } from '../spec/spec.js';

/** Devices that a rank requests as an extended resource. */
export interface DeviceRequest {
  readonly resource: string;
  readonly count: number;
  /** NICs or GPUs that `count` of the resource grant. */
  readonly devices: number;
  /** Key of the spec with the number. */
  readonly key: string;
}

/** Lists the extended resources that a rank requests. */
export function deviceRequests({ gpu, efa }: SuiteSpec['resources']): DeviceRequest[] {
  return [
    { ...gpu, devices: gpu.count, key: 'resources.gpu' },
    { ...efa, devices: efa.count, key: 'resources.efa' },
  ].filter(({ count }) => count > 0);
}
