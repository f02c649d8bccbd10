import type { Condition, KubernetesObject } from '../kubernetes/client/objects.js';

/** A DynamoGraphDeployment of nvidia.com/v1beta1, with the status fields that the suite reads. */
export interface DynamoGraph extends KubernetesObject {
  status?: {
    /** `pending`, `successful` or `failed`; absent until the operator sets it. */
    state?: string;
    observedGeneration?: number;
    conditions?: (Condition & { observedGeneration?: number })[];
  };
}

export type GraphStatus =
  | { readonly state: 'ready' }
  | { readonly state: 'pending'; readonly message: string }
  /** The operator failed to reconcile. This is not final, because the operator retries. */
  | { readonly state: 'failed'; readonly message: string };

/**
 * Reads the state of a deployment from the operator's status. `ready` counts only for the current generation, because
 * the old status remains for a moment after a change. A failed status has no observedGeneration, so the one of its
 * condition is used.
 */
export function graphStatus(graph: DynamoGraph): GraphStatus {
  const { generation } = graph.metadata as { generation?: number };
  const { status } = graph;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const observed = status?.observedGeneration ?? ready?.observedGeneration;
  const message = ready
    ? `${ready.reason ?? 'no reason'}: ${ready.message ?? ''}`
    : 'the operator has not reported a Ready condition yet';
  if (observed === undefined || (generation !== undefined && observed < generation)) {
    return { state: 'pending', message: 'the operator has not observed the latest change yet' };
  }
  if (status?.state === 'failed') return { state: 'failed', message };
  return ready?.status === 'True' ? { state: 'ready' } : { state: 'pending', message };
}
