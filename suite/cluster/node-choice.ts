import type { Pair, Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';
import { type Candidate, isWanted, type NodeRequirements } from './candidate.js';
import { type PairLocation, pairLocation } from './location.js';
import { nearestPair } from './nearest-pair.js';
import { type NodeProblem, nodeProblems } from './node-problems.js';
import { pairProblem } from './pair-problem.js';

/** Number of nodes that a problem of the pair names. */
const SHOWN_NODES = 8;

/** A pair of nodes, or the reasons why there is none. */
export interface NodeChoice {
  readonly pair?: Pair;
  /** Where the nodes of the pair are relative to each other. */
  readonly location?: PairLocation;
  readonly problems: readonly Problem[];
  /**
   * What a wait makes true, after which a pair fits: `pod a/b on node x ends`. Absent when there is a pair, or when a wait does not
   * help.
   */
  readonly waitFor?: readonly string[];
}

interface Judged {
  readonly candidate: Candidate;
  readonly problems: readonly NodeProblem[];
}

/**
 * Chooses the two nearest nodes on which a rank can run and which the fabric connects, or the two nodes that the spec names. Lists
 * the problems of every node when there are none.
 *
 * @param autoscaler what provides nodes for pods that wait, if it is known: `Karpenter`
 */
export function choosePair(spec: NodeRequirements, candidates: readonly Candidate[], autoscaler?: string): NodeChoice {
  const { names } = spec.nodes;
  const matching = candidates.filter((candidate) => isWanted(spec, candidate));
  const judged = matching.map((candidate): Judged => ({ candidate, problems: nodeProblems(spec, candidate) }));
  const fit = judged.filter(({ problems }) => problems.length === 0);
  const chosen = pairOf(spec, fit);
  if (chosen) return { ...chosen, problems: [] };

  const soon = judged.filter(({ problems }) => problems.every(({ until }) => until !== undefined));
  const problems = [
    ...missingNodes(names, candidates, autoscaler),
    ...tooFew(spec, matching, candidates, autoscaler),
    ...judged.flatMap((node) => node.problems.map(({ subject, message, hint }) => ({ subject, message, hint }))),
    ...noPair(spec, soon),
  ];
  const later = pairOf(spec, soon)?.pair;
  if (!later) return { problems };
  const waited = soon.filter(({ candidate: { facts } }) => [later.node1, later.node2].includes(facts.name));
  return {
    problems,
    waitFor: [...new Set(waited.flatMap((node) => node.problems.flatMap(({ until = [] }) => until)))],
  };
}

/** Returns the pair of nodes that can measure together; undefined when there is none. */
function pairOf(
  spec: NodeRequirements,
  nodes: readonly Judged[],
): Required<Pick<NodeChoice, 'pair' | 'location'>> | undefined {
  const { names } = spec.nodes;
  const fit = nodes.map(({ candidate }) => candidate);
  const [node1, node2] = names
    ? names.map((name) => fit.find(({ facts }) => facts.name === name))
    : (nearestPair(spec, fit) ?? []);
  if (!node1 || !node2 || node1 === node2 || pairProblem(spec, node1, node2)) return undefined;
  return {
    pair: { node1: node1.facts.name, node2: node2.facts.name },
    location: pairLocation(node1.facts.topology, node2.facts.topology),
  };
}

function missingNodes(
  names: SuiteSpec['nodes']['names'],
  candidates: readonly Candidate[],
  autoscaler: string | undefined,
): Problem[] {
  const named = [...new Set(names)];
  const missing = named.filter((name) => !candidates.some(({ facts }) => facts.name === name));
  return [
    ...missing.map((name) => ({
      subject: `node ${name}`,
      message: 'does not exist',
      hint: `Correct nodes.names; the cluster has ${candidates.map(({ facts }) => facts.name).join(', ') || 'no nodes'}${autoscaler === undefined ? '' : `. Names of nodes do not last with ${autoscaler}: replace nodes.names by nodes.selector, and set nodes.provision: true if the nodes come only for waiting pods`}`,
    })),
    ...(named.length === 1
      ? [{ subject: `node ${named[0]}`, message: 'is both nodes of the pair', hint: 'Name two nodes in nodes.names' }]
      : []),
  ];
}

function tooFew(
  { nodes: { names, selector } }: NodeRequirements,
  matching: readonly Candidate[],
  candidates: readonly Candidate[],
  autoscaler: string | undefined,
): Problem[] {
  if (names || matching.length >= 2) return [];
  return [
    {
      subject: 'nodes',
      message: `a suite needs two nodes, but ${matching.length} of ${candidates.length} match ${selectorText(selector)}`,
      hint: `${
        autoscaler === undefined
          ? 'Add nodes or change nodes.selector; if an autoscaler or a queue (Karpenter, EKS Auto Mode, Cluster Autoscaler, Kueue) provides nodes only for waiting pods, set nodes.provision: true'
          : `Set nodes.provision: true, because ${autoscaler} in this cluster provides nodes only for waiting pods; or add nodes, or change nodes.selector`
      }. Instance types in the cluster: ${countText(candidates.map(({ facts }) => facts.instanceType))}`,
    },
  ];
}

/** Returns the problem of nodes of which each fits, but no two together. */
function noPair(spec: NodeRequirements, fit: readonly Judged[]): Problem[] {
  const [first, second] = fit.map(({ candidate }) => candidate);
  if (!first || !second || pairOf(spec, fit)) return [];
  const found = pairProblem(spec, first, second);
  if (!found) return [];
  const { message, hint } = found;
  if (fit.length === 2) return [{ subject: `nodes ${first.facts.name} and ${second.facts.name}`, message, hint }];
  const all = fit
    .slice(0, SHOWN_NODES)
    .map(({ candidate: { facts } }) => `${facts.name} (${facts.instanceType}, zone ${facts.zone})`);
  const more = fit.length > SHOWN_NODES ? ` and ${fit.length - SHOWN_NODES} more` : '';
  return [
    {
      subject: 'nodes',
      message: `no two of the ${fit.length} nodes that fit can measure together: ${all.join(', ')}${more}; for example, ${message}`,
      hint,
    },
  ];
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
