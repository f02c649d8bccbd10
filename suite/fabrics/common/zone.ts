import type { FabricNode, FabricProblem } from './fabric-kind.js';

/**
 * Explains why a fabric that ends at the border of an availability zone does not connect two nodes; undefined when their zones are
 * equal, or when the zone of one is unknown.
 *
 * @param fabric name for the message: `EFA`, `InfiniBand`, …
 */
export function differentZone(fabric: string, a: FabricNode, b: FabricNode): FabricProblem | undefined {
  if (a.zone === b.zone || !isKnown(a.zone) || !isKnown(b.zone)) return undefined;
  return {
    message: `${a.name} is in zone ${a.zone} and ${b.name} in zone ${b.zone}, and ${fabric} does not connect two zones`,
    hint: 'Use two nodes of one zone',
  };
}

/**
 * Returns true for the name of a zone. Azure labels nodes outside of zones with the number of their fault domain (AKS,
 * "Availability zones").
 */
function isKnown(zone: string): boolean {
  return zone !== 'unknown' && !/^\d*$/.test(zone);
}

/**
 * Explains why a fabric does not connect two nodes whose labels name different networks; undefined when they are equal, or when
 * one node lacks the label.
 *
 * @param domains labels that name a separate network of the fabric
 */
export function differentDomain(
  fabric: string,
  domains: readonly string[],
  a: FabricNode,
  b: FabricNode,
): FabricProblem | undefined {
  for (const label of domains) {
    const [ofA, ofB] = [a.labels[label], b.labels[label]];
    if (ofA === undefined || ofB === undefined || ofA === ofB) continue;
    return {
      message: `${a.name} has the label ${label}=${ofA} and ${b.name} has ${ofB}, and ${fabric} does not connect the two`,
      hint: `Use two nodes with the same ${label}`,
    };
  }
  return undefined;
}
