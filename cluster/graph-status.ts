import type { Condition, KubernetesObject } from '../kubernetes/client/objects.js';

/** A DynamoGraphDeployment of nvidia.com/v1beta1 with the fields of its status that the suite reads. */
export interface DynamoGraph extends KubernetesObject {
  status?: {
    /** `pending`, `successful`, `failed`; absent in the first moments. */
    state?: string;
    observedGeneration?: number;
    conditions?: (Condition & { observedGeneration?: number })[];
  };
}

export type GraphStatus =
  | { readonly state: 'ready' }
  | { readonly state: 'pending'; readonly message: string }
  /** The operator failed to reconcile. It retries, so this is not final. */
  | { readonly state: 'failed'; readonly message: string };

/**
 * Reads the operator's verdict on a deployment. `ready` counts only for the current generation, because the old status
 * remains for a moment after a change. A failed status has no observedGeneration, so that of its condition is read.
 */
export function graphStatus(graph: DynamoGraph): GraphStatus {
  const { generation } = graph.metadata as { generation?: number };
  const { status } = graph;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const observed = status?.observedGeneration ?? ready?.observedGeneration;
  const message = ready
    ? `${ready.reason ?? 'no reason'}: ${ready.message ?? ''}`
    : 'the operator has not reported yet';
  if (observed === undefined || (generation !== undefined && observed < generation)) {
    return { state: 'pending', message: 'the operator has not observed the latest change yet' };
  }
  if (status?.state === 'failed') return { state: 'failed', message };
  return ready?.status === 'True' ? { state: 'ready' } : { state: 'pending', message };
}
