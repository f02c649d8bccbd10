/** A kind of pods that a patch changes. */
export interface PodKind {
  /** Key of the spec that has the patch. */
  readonly key: 'pod' | 'dynamo.pod';
  /** Name of the container of the suite. */
  readonly container: 'rank' | 'main';
  /** Key of the spec that has the resources, the image and the variables of this container. */
  readonly resources: string;
  readonly image: string;
  readonly env: string;
}

/** Pods that measure the transport: ranks and probes. */
export const MEASURING_POD: PodKind = {
  key: 'pod',
  container: 'rank',
  resources: 'resources',
  image: 'cluster.image',
  env: 'env',
};

/** Pods of Dynamo's workers, with the operator and without. */
export const WORKER_POD: PodKind = {
  key: 'dynamo.pod',
  container: 'main',
  resources: 'dynamo.resources',
  image: 'dynamo.image',
  env: 'dynamo.env',
};
