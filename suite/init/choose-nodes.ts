import type { Taint } from '../cluster/candidate.js';
import { familyOf } from '../cluster/device-families.js';
import { meaningOf } from '../cluster/taints.js';
import { ec2InstanceType } from '../hardware/instance-type.js';
import type { SurveyedNode } from './cluster-survey.js';
import { networkResources } from './network-grant.js';

/** Nodes of one instance type on which ranks can run. */
export interface NodeGroup {
  readonly instanceType: string;
  readonly nodes: readonly SurveyedNode[];
}

/**
 * Groups the usable nodes by instance type, the best group first: one with two nodes, then with the most network devices, then
 * with the most accelerators, then with the most nodes.
 */
export function nodeGroups(nodes: readonly SurveyedNode[]): NodeGroup[] {
  const usable = nodes.filter(({ ready, schedulable, taints }) => ready && schedulable && !taints.some(isUnusable));
  const groups = [...Map.groupBy(usable, ({ facts }) => facts.instanceType)].map(([instanceType, members]) => ({
    instanceType,
    nodes: members.toSorted((a, b) => a.facts.name.localeCompare(b.facts.name)),
  }));
  const merits = (group: NodeGroup) => [
    Math.min(2, group.nodes.length),
    networkResources(group.nodes).reduce((sum, { offered }) => sum + offered, 0),
    acceleratorOf(group.nodes)?.count ?? 0,
    group.nodes.length,
  ];
  return groups.toSorted((a, b) => {
    const [left, right] = [merits(a), merits(b)];
    const first = left.findIndex((merit, i) => merit !== right[i]);
    return first < 0 ? a.instanceType.localeCompare(b.instanceType) : (right[first] ?? 0) - (left[first] ?? 0);
  });
}

/** Taints of the control plane, and of nodes that are being removed. */
function isUnusable(taint: Taint): boolean {
  return /^node-role\.kubernetes\.io\/(?:control-plane|master)$/.test(taint.key) || meaningOf(taint) === 'leaving';
}

/** Returns the accelerators that every one of the nodes offers; undefined without any. */
export function acceleratorOf(nodes: readonly SurveyedNode[]): { resource: string; count: number } | undefined {
  const offered = Object.keys(nodes[0]?.facts.allocatable ?? {})
    .filter((resource) => familyOf(resource).use === 'computation')
    .map((resource) => ({ resource, count: Math.min(...nodes.map(({ facts }) => facts.allocatable[resource] ?? 0)) }))
    .filter(({ count }) => count > 0);
  return offered.find(({ resource }) => resource === 'nvidia.com/gpu') ?? offered[0];
}

/** Returns the values of the instance type label that select the same machines, with SageMaker HyperPod's prefix. */
export function selectedTypes(instanceType: string): string | string[] {
  const plain = ec2InstanceType(instanceType);
  return plain === instanceType ? instanceType : [plain, instanceType];
}
