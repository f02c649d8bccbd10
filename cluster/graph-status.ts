import type { Condition, KubernetesObject } from '../kubernetes/client/objects.js';

/** A DynamoGraphDeployment of nvidia.com/v1beta1, as far as its status goes. */
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
  /** The operator could not do its own work; it tries again, so this is not final. */
  | { readonly state: 'failed'; readonly message: string };

/**
 * What the operator says of a deployment. Ready counts only for the generation that was asked for: for a moment after a
 * change the old status is still there. `failed` carries no observedGeneration of its own, its condition does.
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
    return { state: 'pending', message: 'the operator has not seen the latest change yet' };
  }
  if (status?.state === 'failed') return { state: 'failed', message };
  return ready?.status === 'True' ? { state: 'ready' } : { state: 'pending', message };
}
