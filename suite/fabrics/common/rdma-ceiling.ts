import type { Fabric } from '../../hardware/fabric.js';
import { nicsPerGpu } from '../../hardware/instances/instance.js';
import type { DeclaredFabric } from './instance-type.js';
import { isActive, type LinkReading, possibleRates } from './link-reading.js';

/**
 * Returns the fabric of the active ports that a probe pod saw, with the overrides of the spec; undefined when no port reports
 * its rate. Ports of different rates count with the largest one: a smaller ceiling would exclude possible figures.
 *
 * @param gpus GPUs of a rank
 */
export function readFabric(
  kind: string,
  spec: DeclaredFabric,
  links: readonly LinkReading[],
  gpus: number,
): Fabric | undefined {
  const active = links.filter(isActive);
  const rates = active.flatMap(possibleRates);
  const lineRate = spec.nicRate ?? (rates.length > 0 ? Math.max(...rates) : undefined);
  const nics = spec.nics ?? active.length;
  if (lineRate === undefined || nics === 0) return undefined;
  const known = spec.gpus ?? gpus;
  return {
    kind,
    nics,
    lineRate,
    gpus: known,
    nicsPerGpu: nicsPerGpu(nics, known),
    source: `read from the devices of the probe pod: ${active.map(({ device }) => device).join(', ')}`,
    read: true,
  };
}
