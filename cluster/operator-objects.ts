import { isForbidden } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import { ROLE_BINDING, SERVICE_ACCOUNT } from '../kubernetes/client/resources.js';

/**
 * Objects that the Dynamo operator creates in each namespace with a DynamoGraphDeployment. They have no owner, and the
 * operator leaves them (seen with operator 1.5.0).
 */
const CREATED = [
  { kind: SERVICE_ACCOUNT, name: 'planner-serviceaccount' },
  { kind: ROLE_BINDING, name: 'planner-serviceaccount-binding' },
] as const;

/** Lists the objects of the Dynamo operator in a namespace, as `Kind/name`. Leaves out what the account may not read. */
export async function operatorObjects(cluster: Cluster, namespace: string, signal?: AbortSignal): Promise<string[]> {
  const found = await Promise.all(
    CREATED.map(async ({ kind, name }) => {
      try {
        return (await cluster.find(kind, namespace, name, signal)) ? [`${kind.kind}/${name}`] : [];
      } catch (error) {
        if (isForbidden(error)) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
