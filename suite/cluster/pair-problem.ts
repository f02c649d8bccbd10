import { fabricKindOf } from '../fabrics/registry.js';
import { ec2InstanceType } from '../hardware/instance-type.js';
import type { Candidate, NodeRequirements } from './candidate.js';

/** The reason why two nodes cannot form a pair, with its remedy. */
interface PairProblem {
  readonly message: string;
  readonly hint: string;
}

/** Returns the reason why two nodes, each of which fits, cannot form a pair; undefined when they can. */
export function pairProblem(spec: NodeRequirements, a: Candidate, b: Candidate): PairProblem | undefined {
  const kind = spec.fabric && fabricKindOf(spec.fabric);
  const unreachable = kind?.unreachable?.(fabricNode(a), fabricNode(b));
  if (unreachable) return unreachable;
  if (spec.nodes.mixedTypes || isOneType(a, b)) return undefined;
  return {
    message: `${a.facts.name} is a ${a.facts.instanceType} and ${b.facts.name} a ${b.facts.instanceType}`,
    hint: 'Use two nodes of one instance type, or set nodes.mixedTypes to true; then the ceiling is that of the node with the lower bandwidth',
  };
}

/** Returns true when two nodes have the same instance type, as far as their labels say. */
export function isOneType(a: Candidate, b: Candidate): boolean {
  const [typeA, typeB] = [ec2InstanceType(a.facts.instanceType), ec2InstanceType(b.facts.instanceType)];
  return typeA === typeB || typeA === 'unknown' || typeB === 'unknown';
}

function fabricNode({ facts, labels }: Candidate) {
  return { name: facts.name, instanceType: facts.instanceType, zone: facts.zone, labels };
}
