import { cancellationSignal } from '@temporalio/activity';
import type { DeploymentPlace } from '../../cluster/objects/dynamo/deployment-input.js';
import { isBadRequest, isKubeletUnreachable, isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { containerStatus } from '../../kubernetes/pods/pod-state.js';
import type { LogText } from '../../suite/record/log-text.js';
import type { ActivityContext } from '../context/context.js';
import { ownerOfDeployment } from './deployment-owner.js';
import { deploymentPods } from './deployment-pods.js';

/** Stores the logs of the deployment's pods below `folder`; see the activity `storeGraphLogs`. */
export async function storeDeploymentLogs(
  context: ActivityContext,
  input: DeploymentPlace & { readonly folder: string },
): Promise<string[]> {
  const { run, folder } = input;
  const cluster = context.cluster(run);
  if ((await ownerOfDeployment(cluster, input)) === 'another') return [];
  const paths: string[] = [];
  const store = async (pod: Pod, file: string, previous: boolean) => {
    const path = `${folder}/${file}`;
    await context.store.saveLog(run.workflowId, path, await logOrReason(cluster, run.namespace, pod, previous));
    paths.push(path);
  };
  for (const pod of await deploymentPods(cluster, input)) {
    const { name } = pod.metadata;
    await store(pod, `${name}.log`, false);
    if ((containerStatus(pod)?.restartCount ?? 0) > 0) await store(pod, `${name}.previous.log`, true);
  }
  return paths;
}

/** Returns the log, or the reason why there is none: the container never started, or its node does not answer. */
async function logOrReason(
  cluster: Cluster,
  namespace: string,
  pod: Pod,
  previous: boolean,
): Promise<LogText | string> {
  try {
    return await cluster.podLog(namespace, pod.metadata.name, 'main', cancellationSignal(), { previous });
  } catch (error) {
    if (isBadRequest(error) || isNotFound(error) || isKubeletUnreachable(error)) return error.message;
    throw error;
  }
}
