import type { KubernetesObject, Pod, PodTemplate } from '../../kubernetes/client/objects.js';

/**
 * Sets the service account of the pods that an object describes: a Pod, or an object with a pod template. Returns any
 * other object unchanged. The Dynamo operator chooses the account of the pods of a DynamoGraphDeployment itself.
 *
 * @param name name of the account; undefined leaves the default account of the namespace
 */
export function withServiceAccount<T extends KubernetesObject>(object: T, name: string | undefined): T {
  if (name === undefined) return object;
  if (object.kind === 'Pod') {
    const { spec } = object as unknown as Pod;
    return { ...object, spec: { ...spec, serviceAccountName: name } };
  }
  const spec = object.spec as { template?: PodTemplate } | undefined;
  if (!spec?.template) return object;
  const template = { ...spec.template, spec: { ...spec.template.spec, serviceAccountName: name } };
  return { ...object, spec: { ...spec, template } };
}
