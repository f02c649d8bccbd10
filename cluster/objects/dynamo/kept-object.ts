import { DEPLOYMENT_LABEL } from '../../../suite/cluster/dynamo-names.js';
import { RUN_LABEL, type Run, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../../../suite/run/run.js';

/** Returns the label of every object of a deployment, by which the run finds its own deployment. */
export function deploymentLabels({ key }: Pick<Run, 'key'>): Record<string, string> {
  return { [DEPLOYMENT_LABEL]: key };
}

/**
 * JSON merge patch that keeps an object of a deployment after its run: without the owner and the label of the run,
 * clean-up ignores it. Changes no pod.
 */
export const KEPT_PATCH = {
  metadata: {
    ownerReferences: null,
    labels: { [RUN_LABEL]: null },
    annotations: { [WORKFLOW_ANNOTATION]: null, [TEMPORAL_ANNOTATION]: null },
  },
} as const;
