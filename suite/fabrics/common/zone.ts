import type { FabricNode, FabricProblem } from './fabric-kind.js';

/**
 * Explains why a fabric that ends at the border of an availability zone does not connect two nodes; undefined when their zones are
 * equal, or when the zone of one is unknown.
 *
 * @param fabric name for the message: `EFA`, `InfiniBand`, …
 */
export function differentZone(fabric: string, a: FabricNode, b: FabricNode): FabricProblem | undefined {
  if (a.zone === b.zone || a.zone === 'unknown' || b.zone === 'unknown') return undefined;
  return {
    message: `${a.name} is in zone ${a.zone} and ${b.name} in zone ${b.zone}, and ${fabric} does not connect two zones`,
    hint: 'Use two nodes of one zone',
  };
}
