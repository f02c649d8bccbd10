import type { KubernetesObject, OwnerReference } from '../../kubernetes/client/objects.js';
import { runObjectName } from '../../suite/run/object-names.js';
import { type Run, runLabels } from '../../suite/run/run.js';

/** What the objects of a run have in common, beside its labels. */
export interface Ownership {
  readonly annotations: Readonly<Record<string, string>>;
  /** Uid of the run object; undefined when there is none yet, which leaves the object without an owner. */
  readonly ownerUid: string | undefined;
}

/**
 * Adds the run's namespace, labels, annotations and owner to an object.
 *
 * @param name name of the object
 * @param labels labels in addition to those of the object and of the run
 */
export function ownedObject<T extends KubernetesObject>(
  run: Run,
  object: T,
  name: string,
  labels: Readonly<Record<string, string>>,
  { annotations, ownerUid }: Ownership,
): T {
  const owner: OwnerReference | undefined =
    ownerUid === undefined
      ? undefined
      : { apiVersion: 'v1', kind: 'ConfigMap', name: runObjectName(run), uid: ownerUid };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      name,
      namespace: run.namespace,
      labels: { ...object.metadata.labels, ...runLabels(run), ...labels },
      annotations: { ...object.metadata.annotations, ...annotations },
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
  };
}
