import { fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import type { SuiteSpec } from '../spec/spec.js';

/** Returns the instance types that the spec names. */
export function instanceTypes({ fabric, nodes }: Pick<SuiteSpec, 'fabric' | 'nodes'>): readonly string[] {
  const selected = [nodes.selector['node.kubernetes.io/instance-type'] ?? []].flat();
  return fabricKindOf(fabric).instanceTypes(fabric, selected);
}

/** Returns the expected fabric of a spec; undefined when its rate is unknown. */
export function plannedFabric(spec: Pick<SuiteSpec, 'fabric' | 'nodes'>): Fabric | undefined {
  return fabricKindOf(spec.fabric).fabricOf(spec.fabric, instanceTypes(spec)[0] ?? 'unknown');
}
