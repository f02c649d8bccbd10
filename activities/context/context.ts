import { cancellationSignal } from '@temporalio/activity';
import { ownedObject } from '../../cluster/objects/owned-object.js';
import { withServiceAccount } from '../../cluster/objects/service-account.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { CONFIG_MAP } from '../../kubernetes/client/resources.js';
import type { ResultStore } from '../../results/store.js';
import { runObjectName } from '../../suite/run/object-names.js';
import { type Run, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../../suite/run/run.js';
import type { OpenRuns, RunStatusClient } from '../../suite/run/run-status.js';
import type { ScheduleControl } from '../../suite/run/schedule-pause.js';
import { LogThread } from '../evidence/log-thread.js';
import { type AllowLists, refuseUnlisted, requestsOfObject } from './allow-lists.js';
import { NodeClaims } from './node-claims.js';

/** Dependencies of the activities; tests replace them. */
export interface ActivityDependencies {
  readonly store: ResultStore;
  readonly runs: OpenRuns & RunStatusClient;
  readonly schedules: ScheduleControl;
  /**
   * Connects to the cluster of a kubeconfig context. Default: `Cluster.connect`, which finds the kubeconfig as kubectl
   * does.
   */
  readonly connect?: (context?: string) => Cluster;
  /** What a spec may name. Default: everything. */
  readonly allowed?: AllowLists;
  /** Service account of the pods that the suite creates. Default: the default account of their namespace. */
  readonly serviceAccount?: string | undefined;
}

/**
 * Resources that the activities share: the store, the node claims, the thread that parses logs, and one connection for
 * each kubeconfig context.
 */
export class ActivityContext {
  readonly store: ResultStore;
  readonly runs: OpenRuns & RunStatusClient;
  readonly schedules: ScheduleControl;
  readonly claims = new NodeClaims(this);
  readonly allowed: AllowLists;
  readonly logThread = new LogThread();
  readonly #connect: (context?: string) => Cluster;
  readonly #serviceAccount: string | undefined;
  readonly #clusters = new Map<string | undefined, Cluster>();

  constructor({
    store,
    runs,
    schedules,
    connect = Cluster.connect,
    allowed = {},
    serviceAccount,
  }: ActivityDependencies) {
    this.store = store;
    this.runs = runs;
    this.schedules = schedules;
    this.#connect = connect;
    this.allowed = allowed;
    this.#serviceAccount = serviceAccount;
  }

  /**
   * Returns the connection to the cluster of a run's kubeconfig context, and opens it on first use.
   *
   * @throws {SuiteFailure} `NotAllowed` when the worker does not allow the context or a namespace of the run
   */
  cluster(run: Pick<Run, 'context' | 'namespace' | 'leaseNamespace'>): Cluster {
    const { context, namespace, leaseNamespace } = run;
    refuseUnlisted(this.allowed, [
      ...(context === undefined ? [] : [{ kind: 'context', field: 'cluster.context', value: context } as const]),
      { kind: 'namespace', field: 'cluster.namespace', value: namespace },
      { kind: 'namespace', field: 'cluster.leaseNamespace', value: leaseNamespace },
    ]);
    let cluster = this.#clusters.get(context);
    if (!cluster) {
      cluster = this.#connect(context);
      this.#clusters.set(context, cluster);
    }
    return cluster;
  }

  /** Returns the annotations for every object of a run. Clean-up uses them to decide whether the run is still open. */
  async annotations(run: Run): Promise<Record<string, string>> {
    return { [WORKFLOW_ANNOTATION]: run.workflowId, [TEMPORAL_ANNOTATION]: await this.runs.namespaceId() };
  }

  /** Sets the service account of the pods that an object describes, before it is created. */
  withAccount<T extends KubernetesObject>(object: T): T {
    return withServiceAccount(object, this.#serviceAccount);
  }

  /**
   * Checks an object before it is created. Every path to the API server that can create a pod uses it.
   *
   * @throws {SuiteFailure} `NotAllowed` when the worker does not allow an image or a Secret of the object
   */
  permit(object: KubernetesObject): void {
    refuseUnlisted(this.allowed, requestsOfObject(object));
  }

  /**
   * Adds the run's namespace, labels, annotations, owner and service account to an object before it is created.
   *
   * @throws {SuiteFailure} `NotAllowed` when the worker does not allow an image or a Secret of the object
   */
  async owned<T extends KubernetesObject>(
    run: Run,
    object: T,
    name: string,
    labels: Record<string, string> = {},
  ): Promise<T> {
    this.permit(object);
    const owner = await this.cluster(run).get(CONFIG_MAP, run.namespace, runObjectName(run), cancellationSignal());
    return ownedObject(run, this.withAccount(object), name, labels, {
      annotations: await this.annotations(run),
      ownerUid: owner.metadata.uid ?? '',
    });
  }
}
