import type { Fabric } from '../../hardware/fabric.js';

/** Returns one Ethernet interface with a declared rate in bytes per second. */
export function ethernet(rate: number, source: string): Fabric {
  return { kind: 'ethernet', nics: 1, lineRate: rate, gpus: 0, nicsPerGpu: 1, source };
}
