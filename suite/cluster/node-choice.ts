import type { DevicePluginFacts, NodeFacts, Pair, Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';
import { formatBytes } from '../units/units.js';

/** A node with what decides whether ranks can run on it. */
export interface Candidate {
  readonly facts: NodeFacts;
  readonly labels: Readonly<Record<string, string>>;
  readonly schedulable: boolean;
  readonly ready: boolean;
  readonly taints: readonly Taint[];
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

type Wanted = Pick<SuiteSpec, 'nodes' | 'resources'>;

/** The first two nodes that can take a rank each, or what every node lacks. */
export function choosePair(spec: Wanted, candidates: readonly Candidate[]): { pair?: Pair; problems: Problem[] } {
  const { names } = spec.nodes;
  const matching = names
    ? candidates.filter(({ facts }) => names.includes(facts.name))
    : candidates.filter(({ labels }) => matchesSelector(spec.nodes.selector, labels));
  const missing = (names ?? []).filter((name) => !candidates.some(({ facts }) => facts.name === name));
  const problems: Problem[] = missing.map((name) => ({
    subject: `node ${name}`,
    message: 'does not exist',
    hint: `correct nodes.names; the cluster has ${candidates.map(({ facts }) => facts.name).join(', ') || 'no nodes'}`,
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
      message: `two nodes are needed, and ${matching.length} of ${candidates.length} match ${selectorText(spec.nodes.selector)}`,
      hint: `add nodes or change nodes.selector; instance types in the cluster: ${countText(candidates.map(({ facts }) => facts.instanceType))}`,
    });
  }
  return { problems: [...problems, ...judged.flatMap((node) => node.problems)] };
}

/** What is wrong with the EFA device plugin, when a node that should have EFA devices shows none. */
export function efaPluginProblems(
  spec: Wanted,
  candidates: readonly Candidate[],
  plugins: readonly DevicePluginFacts[],
): Problem[] {
  const { resource, count } = spec.resources.efa;
  const matching = candidates.filter(({ facts, labels }) =>
    spec.nodes.names ? spec.nodes.names.includes(facts.name) : matchesSelector(spec.nodes.selector, labels),
  );
  const without = matching
    .filter(({ facts }) => (facts.allocatable[resource] ?? 0) === 0)
    .map(({ facts }) => facts.name);
  if (count === 0 || without.length === 0) return [];
  const efa = plugins.filter(({ name, image }) => /efa/i.test(name) || /efa/i.test(image));
  if (efa.length === 0) {
    return [
      {
        subject: 'EFA device plugin',
        message: `no DaemonSet of an EFA device plugin runs, and ${without.join(', ')} offer no ${resource}`,
        hint: 'install it with the Helm chart aws-efa-k8s-device-plugin of the EKS charts',
      },
    ];
  }
  return efa.map(({ namespace, name, image, ready, desired }) => ({
    subject: `EFA device plugin ${namespace}/${name}`,
    message: `${ready} of ${desired} pods are ready (${image}), and ${without.join(', ')} offer no ${resource}`,
    hint: `look at its pods: kubectl -n ${namespace} get pods -o wide; its tolerations must cover the taints of these nodes`,
  }));
}

/** Taints by which Kubernetes itself says that a node is not ready, out of memory, …: to be waited for, not tolerated. */
const KUBERNETES_OWN_TAINT = 'node.kubernetes.io/';

function nodeProblems(spec: Wanted, { facts, schedulable, ready, taints }: Candidate): Problem[] {
  const problems: Problem[] = [];
  const problem = (message: string, hint: string) => problems.push({ subject: `node ${facts.name}`, message, hint });
  if (!schedulable) problem('is cordoned', `kubectl uncordon ${facts.name}`);
  if (!ready) problem('is not Ready', `kubectl describe node ${facts.name}`);
  for (const taint of taints) {
    if (
      taint.effect === 'PreferNoSchedule' ||
      spec.nodes.tolerations.some((toleration) => tolerates(toleration, taint))
    )
      continue;
    if (taint.key.startsWith(KUBERNETES_OWN_TAINT)) {
      if (ready && schedulable)
        problem(
          `has the taint ${taint.key}:${taint.effect}, which Kubernetes sets and removes itself`,
          `start again when it is gone; kubectl describe node ${facts.name} says why it is there`,
        );
      continue;
    }
    problem(
      `has the taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}, which nothing in nodes.tolerations tolerates`,
      `add {"key": "${taint.key}", "operator": "Exists", "effect": "${taint.effect}"} to nodes.tolerations`,
    );
  }
  for (const { resource, amount, format } of wantedResources(spec)) {
    const has = facts.allocatable[resource] ?? 0;
    const free = facts.free[resource] ?? 0;
    if (amount > has) {
      problem(
        `has ${format(has)} ${resource} to allocate; a rank asks for ${format(amount)}`,
        'ask for less in resources, or use a larger instance type',
      );
    } else if (amount > free) {
      problem(
        `has ${format(free)} of ${format(has)} ${resource} free; a rank asks for ${format(amount)}`,
        `see who uses it: kubectl get pods -A --field-selector spec.nodeName=${facts.name}`,
      );
    }
  }
  return problems;
}

function wantedResources({ resources }: Wanted) {
  const count = (amount: number) => String(Number(amount.toFixed(2)));
  return [
    { resource: resources.gpu.resource, amount: resources.gpu.count, format: count },
    { resource: resources.efa.resource, amount: resources.efa.count, format: count },
    { resource: 'cpu', amount: resources.cpu, format: count },
    { resource: 'memory', amount: resources.memory, format: formatBytes },
    { resource: 'hugepages-2Mi', amount: resources.hugepages2Mi, format: formatBytes },
  ].filter(({ amount }) => amount > 0);
}

function tolerates(toleration: SuiteSpec['nodes']['tolerations'][number], taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined) return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

function matchesSelector(selector: SuiteSpec['nodes']['selector'], labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, wanted]) => [wanted].flat().includes(labels[key] ?? ''));
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
