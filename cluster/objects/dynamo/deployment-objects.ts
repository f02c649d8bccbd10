import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import type { DeploymentInput } from './deployment-input.js';
import { operatorGraph } from './operator-graph.js';
import { plainObjects } from './plain-objects.js';

/** Builds all objects of a deployment, without the owner and labels of the run. */
export async function deploymentObjects(input: DeploymentInput): Promise<KubernetesObject[]> {
  return input.dynamo.deployWith === 'operator' ? [await operatorGraph(input)] : plainObjects(input);
}
