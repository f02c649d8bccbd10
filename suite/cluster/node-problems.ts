import type { Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';
import type { Candidate, NodeRequirements, Taint } from './candidate.js';
import { type RequestedResource, requestedResources } from './requested-resources.js';
import { shortageHint } from './shortage-hint.js';
import { isCordon, isStarting, isStartingCondition, meaningOf, type TaintMeaning, taintText } from './taints.js';

type Toleration = SuiteSpec['nodes']['tolerations'][number];

/** A problem of a node. */
export interface NodeProblem extends Problem {
  /** What makes the problem pass without a person: `pod a/b on node x ends`. Absent when only a person can solve it. */
  readonly until?: string;
}

/** Lists the reasons why a rank cannot run on a node, each with its remedy. */
export function nodeProblems(spec: NodeRequirements, candidate: Candidate): NodeProblem[] {
  const { facts, schedulable, ready, taints, unhealthy = [], leaving = false } = candidate;
  const problems: NodeProblem[] = [];
  const add = (message: string, hint: string, until?: string) =>
    problems.push({ subject: `node ${facts.name}`, message, hint, ...(until === undefined ? {} : { until }) });
  const starts = `node ${facts.name} has started`;

  if (leaving) add('is being deleted', 'Use another node, or wait until the node is replaced');
  const isLeaving = leaving || taints.some((taint) => meaningOf(taint) === 'leaving' && !isCordon(taint));
  if (!schedulable && !isLeaving) add('is cordoned', `Run kubectl uncordon ${facts.name}`);
  if (!ready)
    add('is not Ready', `Find the cause: kubectl describe node ${facts.name}`, isStarting(taints) ? starts : undefined);
  for (const finding of unhealthy) {
    add(
      `has ${finding}, by which a monitor of the provider marks a defect`,
      `Use another node, or repair or replace it; to find the cause, run kubectl describe node ${facts.name}`,
    );
  }
  for (const taint of taints) {
    const meaning = meaningOf(taint);
    if (taint.effect === 'PreferNoSchedule') continue;
    if (spec.nodes.tolerations.some((toleration) => accepts(toleration, taint, meaning))) continue;
    // The cordon or the state of the node says the same.
    if (isCordon(taint) && !schedulable) continue;
    if (meaning === 'condition' && !(ready && schedulable)) continue;
    const has = `has the taint ${taintText(taint)}`;
    if (meaning === 'leaving')
      add(
        `${has}, which marks a node that is drained, repaired or removed`,
        `Use another node, or wait until the node is replaced; a rank on ${facts.name} would be evicted, so do not tolerate the taint`,
      );
    else if (meaning === 'starting')
      add(
        `${has}, which a component removes when it has started`,
        `Check the pods of that component on the node: kubectl get pods -A --field-selector spec.nodeName=${facts.name}; do not tolerate the taint`,
        `the taint ${taint.key} of node ${facts.name} is removed`,
      );
    else if (meaning === 'condition')
      add(
        `${has}, which Kubernetes sets and removes`,
        `Wait until Kubernetes removes the taint, then start the suite again; to find its cause, run kubectl describe node ${facts.name}`,
        isStartingCondition(taint) ? starts : undefined,
      );
    else
      add(
        `${has}, which nodes.tolerations does not tolerate`,
        `Add {"key": "${taint.key}", "operator": "Exists", "effect": "${taint.effect}"} to nodes.tolerations`,
      );
  }
  for (const request of requestedResources(spec.resources, facts)) {
    const shortage = shortageOf(spec, candidate, request);
    if (shortage) add(shortage.message, shortage.hint, shortage.until);
  }
  return problems;
}

/** Returns the problem of a node that has too little of a resource; undefined when it has enough. */
function shortageOf(
  spec: NodeRequirements,
  { facts, taints, ending = [] }: Candidate,
  { resource, amount, format }: RequestedResource,
): Omit<NodeProblem, 'subject'> | undefined {
  const has = facts.allocatable[resource] ?? 0;
  const free = facts.free[resource] ?? 0;
  if (amount > has) {
    return {
      message: `has ${format(has)} allocatable ${resource}, but a rank requests ${format(amount)}`,
      hint: shortageHint(spec, facts, { resource, has: format(has) }),
      // The devices of a node appear when their plugin has started there.
      ...(isStarting(taints) && resource.includes('/') ? { until: `node ${facts.name} has started` } : {}),
    };
  }
  if (amount <= free) return undefined;
  // Pods that no scheduler placed can take more than the node has.
  const message = `has ${format(Math.max(free, 0))} of ${format(has)} ${resource} free, but a rank requests ${format(amount)}`;
  const users = ending.filter(({ requests }) => (requests[resource] ?? 0) > 0);
  const freed = users.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0);
  if (free + freed < amount) {
    return {
      message,
      hint: `Find the pods that use it: kubectl get pods -A --field-selector spec.nodeName=${facts.name}`,
    };
  }
  const names = users.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return {
    message: `${message}; the pods that end on it will free it: ${names}`,
    hint: `Find what keeps the pods from ending, such as a finalizer: kubectl -n ${users[0]?.namespace} get pod ${users[0]?.name} -o yaml`,
    until: `${users.length === 1 ? 'pod' : 'pods'} ${names} on node ${facts.name} ${users.length === 1 ? 'ends' : 'end'}`,
  };
}

/**
 * Returns true when the spec accepts a node in spite of a taint. A toleration of every taint does not say that the node may be
 * drained, so it does not accept a node that leaves.
 */
function accepts(toleration: Toleration, taint: Taint, meaning: TaintMeaning): boolean {
  return tolerates(toleration, taint) && (toleration.key !== undefined || meaning !== 'leaving');
}

/** Returns true when a toleration covers a taint, by the rules of Kubernetes. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined) return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}
