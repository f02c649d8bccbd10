import type { Fabric } from '../../hardware/fabric.js';
import { instanceFabric, instanceTypes } from '../../hardware/instances/catalogue.js';
import { fabricOfKind } from '../common/instance-type.js';

/** Lists the instance types of the catalogue that have EFA. */
export function knownInstanceTypes(): readonly string[] {
  return instanceTypes().filter((type) => instanceFabric(type)?.kind === 'efa');
}

/** Returns the fabric of an instance type with EFA; undefined when the catalogue does not contain it. */
export function fabricOfInstanceType(instanceType: string): Fabric | undefined {
  return fabricOfKind('efa', instanceType);
}
