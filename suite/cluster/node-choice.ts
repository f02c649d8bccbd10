import type { Pair, Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';
import { type Candidate, isWanted, type NodeRequirements } from './candidate.js';
import { nodeProblems } from './node-problems.js';

/** Chooses the first two nodes on which a rank can run, or lists the problems of every node. */
export function choosePair(
  spec: NodeRequirements,
  candidates: readonly Candidate[],
): { pair?: Pair; problems: Problem[] } {
  const { names } = spec.nodes;
  const matching = candidates.filter((candidate) => isWanted(spec, candidate));
  const missing = (names ?? []).filter((name) => !candidates.some(({ facts }) => facts.name === name));
  const problems: Problem[] = missing.map((name) => ({
    subject: `node ${name}`,
    message: 'does not exist',
    hint: `Correct nodes.names; the cluster has ${candidates.map(({ facts }) => facts.name).join(', ') || 'no nodes'}`,
  }));

  const judged = matching.map((candidate) => ({ candidate, problems: nodeProblems(spec, candidate) }));
  const fit = judged
    .filter(({ problems }) => problems.length === 0)
    .map(({ candidate }) => candidate.facts.name)
    .sort((a, b) => (names ? names.indexOf(a) - names.indexOf(b) : a.localeCompare(b)));
  const [node1, node2] = fit;
  if (node1 !== undefined && node2 !== undefined) return { pair: { node1, node2 }, problems };

  if (!names && matching.length < 2) {
    problems.push({
      subject: 'nodes',
      message: `a suite needs two nodes, but ${matching.length} of ${candidates.length} match ${selectorText(spec.nodes.selector)}`,
      hint: `Add nodes or change nodes.selector. If an autoscaler such as Karpenter adds nodes only for waiting pods, keep two of them running before the suite starts. Instance types in the cluster: ${countText(candidates.map(({ facts }) => facts.instanceType))}`,
    });
  }
  return { problems: [...problems, ...judged.flatMap((node) => node.problems)] };
}

function selectorText(selector: SuiteSpec['nodes']['selector']): string {
  return Object.entries(selector)
    .map(([key, wanted]) => `${key} in (${[wanted].flat().join(', ')})`)
    .join(' and ');
}

function countText(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} × ${count}`).join(', ') || 'none';
}
