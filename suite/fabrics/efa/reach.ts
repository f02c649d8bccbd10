import { ec2InstanceType } from '../../hardware/instance-type.js';
import type { FabricNode, FabricProblem } from '../common/fabric-kind.js';
import { differentDomain, differentZone } from '../common/zone.js';

/**
 * Families whose EFA traffic reaches only their own: "EFA traffic between P4d/P4de/DL1 instances and other instance types is
 * currently not supported" (Amazon EC2 User Guide, "EFA limitations").
 */
const ISOLATED_FAMILIES: ReadonlySet<string> = new Set(['p4d', 'p4de', 'dl1']);

/** Label of EKS with the zone's identifier, which is the same in every account: `use1-az1`. */
const ZONE_ID = 'topology.k8s.aws/zone-id';

/**
 * Explains why EFA does not connect two nodes: "EFA traffic can't cross Availability Zones or VPCs" (Amazon EC2 User Guide, "EFA
 * limitations"), and some families reach only themselves.
 */
export function efaUnreachable(a: FabricNode, b: FabricNode): FabricProblem | undefined {
  return differentZone('EFA', a, b) ?? differentDomain('EFA', [ZONE_ID], a, b) ?? differentFamily(a, b);
}

function differentFamily(a: FabricNode, b: FabricNode): FabricProblem | undefined {
  const families = [familyOf(a), familyOf(b)];
  const [isolated] = families.filter((family) => ISOLATED_FAMILIES.has(family));
  if (isolated === undefined || families[0] === families[1] || families.includes('unknown')) return undefined;
  return {
    message: `${a.name} is a ${a.instanceType} and ${b.name} a ${b.instanceType}, and EFA of ${isolated} instances reaches only ${isolated} instances`,
    hint: 'Use two nodes of one instance family',
  };
}

/** Returns the family of an instance type: `p4d` of `ml.p4d.24xlarge`. */
function familyOf({ instanceType }: FabricNode): string {
  return ec2InstanceType(instanceType).split('.')[0] ?? instanceType;
}
