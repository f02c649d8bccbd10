import type { Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';
import type { Candidate, NodeRequirements, Taint } from './candidate.js';
import { requestedResources } from './requested-resources.js';
import { shortageHint } from './shortage-hint.js';

/**
 * Prefix of the taints that Kubernetes sets on a node that is not ready, low on memory, and so on. Wait for their
 * removal instead of tolerating them.
 */
const CONDITION_TAINT = 'node.kubernetes.io/';

/** Lists the reasons why a rank cannot run on a node, each with its remedy. */
export function nodeProblems(spec: NodeRequirements, { facts, schedulable, ready, taints }: Candidate): Problem[] {
  const problems: Problem[] = [];
  const problem = (message: string, hint: string) => problems.push({ subject: `node ${facts.name}`, message, hint });
  if (!schedulable) problem('is cordoned', `Run kubectl uncordon ${facts.name}`);
  if (!ready) problem('is not Ready', `Find the cause: kubectl describe node ${facts.name}`);
  for (const taint of taints) {
    if (
      taint.effect === 'PreferNoSchedule' ||
      spec.nodes.tolerations.some((toleration) => tolerates(toleration, taint))
    )
      continue;
    if (taint.key.startsWith(CONDITION_TAINT)) {
      if (ready && schedulable)
        problem(
          `has the taint ${taint.key}:${taint.effect}, which Kubernetes sets and removes`,
          `Wait until Kubernetes removes the taint, then start the suite again; to find its cause, run kubectl describe node ${facts.name}`,
        );
      continue;
    }
    problem(
      `has the taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}, which nodes.tolerations does not tolerate`,
      `Add {"key": "${taint.key}", "operator": "Exists", "effect": "${taint.effect}"} to nodes.tolerations`,
    );
  }
  for (const { resource, amount, format } of requestedResources(spec.resources)) {
    const has = facts.allocatable[resource] ?? 0;
    const free = facts.free[resource] ?? 0;
    if (amount > has) {
      problem(
        `has ${format(has)} allocatable ${resource}, but a rank requests ${format(amount)}`,
        shortageHint(spec, facts, { resource, has: format(has) }),
      );
    } else if (amount > free) {
      problem(
        `has ${format(free)} of ${format(has)} ${resource} free, but a rank requests ${format(amount)}`,
        `Find the pods that use it: kubectl get pods -A --field-selector spec.nodeName=${facts.name}`,
      );
    }
  }
  return problems;
}

/** Returns true when a toleration covers a taint, by the rules of Kubernetes. */
function tolerates(toleration: SuiteSpec['nodes']['tolerations'][number], taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === undefined) return toleration.operator === 'Exists';
  if (toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}
