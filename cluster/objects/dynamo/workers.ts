import type { WorkerRole } from '../../../suite/engines/engine.js';
import type { DeploymentInput } from './deployment-input.js';

/** Workers of one role on one node. */
export interface WorkerGroup {
  /** Name of the component in the deployment. */
  readonly name: string;
  readonly role: WorkerRole;
  readonly node: string;
  readonly replicas: number;
}

/**
 * Lists the workers of a deployment. Prefill runs on node2, as nixlbench's initiator does, so that the KV cache takes
 * the measured path. An aggregated deployment has the same number of workers on the same nodes.
 */
export function workerGroups({
  dynamo,
  pair,
  topology,
}: Pick<DeploymentInput, 'dynamo' | 'pair' | 'topology'>): WorkerGroup[] {
  const { prefill, decode } = dynamo.replicas;
  return topology === 'disaggregated'
    ? [
        { name: 'prefill', role: 'prefill', node: pair.node2, replicas: prefill },
        { name: 'decode', role: 'decode', node: pair.node1, replicas: decode },
      ]
    : [
        { name: 'worker-2', role: 'worker', node: pair.node2, replicas: prefill },
        { name: 'worker-1', role: 'worker', node: pair.node1, replicas: decode },
      ];
}
