import { cancellationSignal } from '@temporalio/activity';
import { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { CONFIG_MAP } from '../../kubernetes/client/resources.js';
import type { ResultStore } from '../../results/store.js';
import { type Run, runLabels, runObjectName, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../../suite/run/run.js';
import type { OpenRuns, RunStatusClient } from '../../suite/run/run-status.js';
import { NodeClaims } from './node-claims.js';

/** What the activities need from outside; tests pass other parts in. */
export interface ActivityDependencies {
  readonly store: ResultStore;
  readonly runs: OpenRuns & RunStatusClient;
  /** Connects to the cluster of a kubeconfig context. Default: the usual rules of kubectl. */
  readonly connect?: (context?: string) => Cluster;
}

/** The activities' shared parts: one connection for each context, and the store. */
export class ActivityContext {
  readonly store: ResultStore;
  readonly runs: OpenRuns & RunStatusClient;
  readonly claims = new NodeClaims(this);
  readonly #connect: (context?: string) => Cluster;
  readonly #clusters = new Map<string | undefined, Cluster>();

  constructor({ store, runs, connect = Cluster.connect }: ActivityDependencies) {
    this.store = store;
    this.runs = runs;
    this.#connect = connect;
  }

  cluster({ context }: { readonly context?: string | undefined }): Cluster {
    let cluster = this.#clusters.get(context);
    if (!cluster) {
      cluster = this.#connect(context);
      this.#clusters.set(context, cluster);
    }
    return cluster;
  }

  /** Annotations of everything that belongs to a run: by them a sweep finds out whether it still goes on. */
  async annotations(run: Run): Promise<Record<string, string>> {
    return { [WORKFLOW_ANNOTATION]: run.workflowId, [TEMPORAL_ANNOTATION]: await this.runs.namespaceId() };
  }

  /** Adds the run's namespace, labels and owner to an object that is about to be created. */
  async owned<T extends KubernetesObject>(
    run: Run,
    object: T,
    name: string,
    labels: Record<string, string> = {},
  ): Promise<T> {
    const owner = await this.cluster(run).get(CONFIG_MAP, run.namespace, runObjectName(run), cancellationSignal());
    return {
      ...object,
      metadata: {
        ...object.metadata,
        name,
        namespace: run.namespace,
        labels: { ...object.metadata.labels, ...runLabels(run), ...labels },
        annotations: { ...object.metadata.annotations, ...(await this.annotations(run)) },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid ?? '' },
        ],
      },
    };
  }
}
