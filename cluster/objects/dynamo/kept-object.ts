import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import { DEPLOYMENT_LABEL } from '../../../suite/cluster/dynamo-names.js';
import { MANAGED_BY, type Run } from '../../../suite/run/run.js';

/** Returns the label of every object of a deployment, by which the run finds its own deployment. */
export function deploymentLabels({ key }: Pick<Run, 'key'>): Record<string, string> {
  return { [DEPLOYMENT_LABEL]: key };
}

/**
 * Adds namespace and labels to an object of a deployment that is kept. It gets no owner and no label of the run, so that
 * clean-up ignores it.
 */
export function keptObject<T extends KubernetesObject>(run: Run, object: T): T {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      namespace: run.namespace,
      labels: { ...object.metadata.labels, ...MANAGED_BY, ...deploymentLabels(run) },
    },
  };
}
