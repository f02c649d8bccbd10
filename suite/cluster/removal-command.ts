import type { Run } from '../run/run.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';
import { DEPLOYMENT_LABEL, deploymentName } from './dynamo-names.js';

/** Returns the command that removes a kept deployment. */
export function removalCommand(run: Run, dynamo: Pick<DynamoSpec, 'deployWith' | 'name'>): string {
  const isOperator = dynamo.deployWith === 'operator';
  const kind = isOperator ? `dynamographdeployment/${deploymentName(run, dynamo)}` : 'deployment,service';
  const selector = isOperator ? '' : ` --selector ${DEPLOYMENT_LABEL}=${run.key}`;
  return `kubectl delete --namespace ${run.namespace} ${kind}${selector}`;
}
