import type { NodeFacts } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';

/** A node with the facts that determine whether ranks can run on it. */
export interface Candidate {
  readonly facts: NodeFacts;
  readonly labels: Readonly<Record<string, string>>;
  readonly schedulable: boolean;
  readonly ready: boolean;
  readonly taints: readonly Taint[];
  /** What a monitor of the provider found wrong with the node: `the condition KernelReady=False`. Default: nothing */
  readonly unhealthy?: readonly string[];
  /** True for a node that is being deleted. */
  readonly leaving?: boolean;
  /** Pods on the node that have been asked to end. Default: none */
  readonly ending?: readonly EndingPod[];
}

/** A pod that has been asked to end. Its requests count until it is gone. */
export interface EndingPod {
  readonly namespace: string;
  readonly name: string;
  readonly requests: Readonly<Record<string, number>>;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/**
 * The part of the spec that nodes must satisfy. A workflow of an earlier version does not pass the fabric: then two nodes need not
 * reach each other over it.
 */
export type NodeRequirements = Pick<SuiteSpec, 'nodes' | 'resources'> & Partial<Pick<SuiteSpec, 'fabric'>>;

/** Returns true when the spec names the node, or when its selector matches the node's labels. */
export function isWanted({ nodes: { names, selector } }: NodeRequirements, { facts, labels }: Candidate): boolean {
  if (names) return names.includes(facts.name);
  return Object.entries(selector).every(([key, wanted]) => [wanted].flat().includes(labels[key] ?? ''));
}
