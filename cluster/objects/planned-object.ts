import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';

/** An object that a run would create. */
export interface PlannedObject {
  /** Step of the run that creates it: `set-up: etcd`, `test nixl-ucx, attempt 1: rank on node2`. */
  readonly step: string;
  /** Request that writes it; `apply` is server-side apply. */
  readonly how: 'create' | 'apply';
  readonly object: KubernetesObject;
}

/** Run, pair and token of the objects that a plan shows. */
export interface PlannedRun {
  readonly run: Run;
  readonly pair: Pair;
  readonly token: string;
  readonly annotations: Readonly<Record<string, string>>;
}
