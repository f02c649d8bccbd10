import type { FabricNode, FabricProblem } from '../fabrics/common/fabric-kind.js';

/** Returns whether a fabric connects only nodes of one availability zone. */
export function endsAtZone({
  unreachable,
}: {
  readonly unreachable?: (a: FabricNode, b: FabricNode) => FabricProblem | undefined;
}): boolean {
  const node = (zone: string): FabricNode => ({ name: zone, instanceType: 'unknown', zone, labels: {} });
  return unreachable?.(node('a'), node('b')) !== undefined;
}
