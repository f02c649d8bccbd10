import type { Fabric } from '../../hardware/fabric.js';

/** Returns Ethernet interfaces with a declared rate of each, in bytes per second. All of them serve every process. */
export function ethernet(rate: number, source: string, interfaces = 1): Fabric {
  return { kind: 'ethernet', nics: interfaces, lineRate: rate, gpus: 0, nicsPerGpu: interfaces, source };
}
