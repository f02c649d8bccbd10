import { ApiFailure } from '../kubernetes/client/api-failure.js';
import type { Cluster } from '../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod, PodTemplate } from '../kubernetes/client/objects.js';
import { POD } from '../kubernetes/client/resources.js';
import type { PlannedObject } from './objects/planned-object.js';
import { PERMISSIONS_FILE } from './permissions.js';

/** Answer of the API server to one object. */
export interface DryRunAnswer {
  readonly step: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `unchecked`: the API server did not check the object, so the run could fail or succeed. */
  readonly outcome: 'accepted' | 'refused' | 'unchecked';
  /** Message of the API server. */
  readonly message?: string;
  readonly hint?: string;
}

/** Number of requests at a time. */
const TOGETHER = 8;

/**
 * Sends objects to the API server, which checks them with its defaults, quotas and admission policies, refuses unknown
 * fields, and writes nothing. Also sends the pods of Deployments and Jobs, which their controllers would create later.
 *
 * @param onAnswer is called after each answer with the number of answers and of objects
 * @throws {SuiteFailure} when the API server does not answer or does not accept the credentials
 */
export async function dryRun(
  cluster: Cluster,
  planned: readonly PlannedObject[],
  onAnswer: (done: number, of: number) => void = () => undefined,
): Promise<DryRunAnswer[]> {
  const objects = planned.flatMap((item) => [item, ...podOfWorkload(item)]);
  const answers: DryRunAnswer[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let i = next++; i < objects.length; i = next++) {
      const item = objects[i];
      if (!item) break;
      answers[i] = await ask(cluster, item);
      onAnswer(++done, objects.length);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return answers;
}

async function ask(cluster: Cluster, { step, how, object }: PlannedObject): Promise<DryRunAnswer> {
  const { kind, metadata } = object;
  const subject = { step, kind, namespace: metadata.namespace ?? '', name: metadata.name };
  try {
    await cluster[how](object, undefined, { dryRun: true, strict: true });
    return { ...subject, outcome: 'accepted' };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return { ...subject, ...answerOf(error, object) };
  }
}

function answerOf(
  failure: ApiFailure,
  { kind, metadata }: KubernetesObject,
): Pick<DryRunAnswer, 'outcome' | 'message' | 'hint'> {
  const { serverMessage: message, status, reason } = failure;
  if (failure.class === 'ApiUnavailable' || failure.class === 'Unauthorized') throw failure;
  if (failure.class === 'WebhookUnavailable') return { outcome: 'unchecked', message, hint: failure.hint };
  // Only another suite can have the name: the run waits for it, or adopts its own object.
  if (status === 409 && reason === 'AlreadyExists') return { outcome: 'accepted', message: 'exists already' };
  // RBAC and admission plug-ins answer with the same status; only RBAC names the verb and the resource.
  if (status === 403 && /\bcannot (?:create|patch) resource\b/.test(message)) {
    const hint = `This account may not create ${kind} in ${metadata.namespace}, so the API server did not check the object. Use a context whose account may, or grant it: ${PERMISSIONS_FILE} lists what the worker needs`;
    return { outcome: 'unchecked', message, hint };
  }
  if (/does not support dry run/.test(message)) {
    const hint =
      'Ask the owner of the admission webhook to declare sideEffects: None or NoneOnDryRun; until then only a run shows its answer';
    return { outcome: 'unchecked', message, hint };
  }
  if (status === 404) return { outcome: 'refused', message, hint: hintOfMissing(message, kind, metadata.namespace) };
  return { outcome: 'refused', message };
}

function hintOfMissing(message: string, kind: string, namespace = ''): string {
  return /^namespaces? /.test(message)
    ? `Create the namespace ${namespace} together with the worker’s permissions: helm install dynamo-bench charts/dynamo-bench`
    : `Install what provides the kind ${kind}, or select dynamo.deployWith: "manifests"`;
}

/** Builds the pod that the controller of a Deployment or Job would create; no pod for other objects. */
function podOfWorkload({ step, object }: PlannedObject): PlannedObject[] {
  const { template } = (object.spec ?? {}) as { template?: PodTemplate };
  if (!template) return [];
  const { name, namespace } = object.metadata;
  const metadata = { ...template.metadata, name: `${name}-pod`, ...(namespace ? { namespace } : {}) };
  const pod: Pod = { ...POD, metadata, spec: template.spec };
  return [{ step: `${step}, pod of the ${object.kind}`, how: 'create', object: pod }];
}
