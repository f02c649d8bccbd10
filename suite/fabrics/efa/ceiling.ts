import type { Fabric } from '../../hardware/fabric.js';
import { instanceOf } from '../../hardware/instances/catalogue.js';
import type { FabricProblem, MemoryAccess } from '../common/fabric-kind.js';
import { fabricOfSpec, unknownFabric } from '../common/instance-type.js';
import type { EfaSpec } from './spec.js';

/**
 * Returns the catalogue's entry with the overrides of the spec; undefined when the catalogue does not contain the instance
 * type and the spec does not set cards, rate and GPUs.
 *
 * @param labelled instance type in the label of the nodes
 */
export function efaFabric(spec: EfaSpec, labelled: string): Fabric | undefined {
  return fabricOfSpec('efa', spec, labelled);
}

/** Describes the problem of an instance type without an entry for EFA. */
export function unknownEfa(spec: EfaSpec, labelled: string): FabricProblem {
  return unknownFabric('efa', spec, labelled);
}

/** Returns the reason why the EFA of an instance type does not perform an access itself; undefined when it does. */
export function emulatedByEfa(instanceType: string, access: MemoryAccess): string | undefined {
  const known = instanceOf(instanceType);
  if (known?.fabric.kind !== 'efa' || known.rdma === 'read-write') return undefined;
  if (known.rdma === 'none') {
    return `the EFA of ${known.type} has no RDMA: libfabric emulates the ${access} with messages, so the figure is far below the ceiling`;
  }
  return access === 'READ'
    ? undefined
    : `the EFA of ${known.type} has RDMA read and no RDMA write: libfabric emulates the WRITE with messages, so the figure is below the ceiling; opType READ uses RDMA`;
}
