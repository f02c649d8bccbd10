import { cancellationSignal } from '@temporalio/activity';
import { claimantOf } from '../../cluster/objects/node-claimant.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { type Lease, releaseLease, takeLease } from '../../kubernetes/client/leases.js';
import { listIfAllowed } from '../../kubernetes/client/list-if-allowed.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { LEASE, POD } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';
import { DEPLOYMENT_LABEL, KEPT_LABEL } from '../../suite/cluster/dynamo-names.js';
import { leaseName } from '../../suite/run/object-names.js';
import {
  COMPONENT_LABEL,
  MANAGED_BY_SELECTOR,
  MEASURING_COMPONENTS,
  RUN_LABEL,
  type Run,
  runSelector,
  WORKFLOW_ANNOTATION,
} from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

const RENEW_AFTER_MS = 30_000;

/** Suite run that measures on a node. */
export interface NodeHolder {
  readonly node: string;
  readonly workflowId: string;
  readonly namespace: string;
  /** Start of the claim or of the pod, ISO 8601. */
  readonly since?: string;
}

/** Provides the cluster of a run, and the annotations for the objects of the run. */
export interface ClaimContext {
  cluster(run: Run): Cluster;
  annotations(run: Run): Promise<Record<string, string>>;
}

/** Gives a suite run exclusive use of nodes: the run that measures on a node holds the Lease of the node. */
export class NodeClaims {
  readonly #context: ClaimContext;
  /** Time of the last renewal by this process, by run key and node. */
  readonly #renewedAt = new Map<string, number>();

  constructor(context: ClaimContext) {
    this.#context = context;
  }

  /**
   * Claims all nodes or none, so that a waiting suite does not block another one. Claims them in alphabetical order, so
   * that one of two competing suites gets all of them.
   *
   * @returns undefined after success, otherwise the run that holds one of the nodes
   */
  async take(
    run: Run,
    nodes: readonly string[],
    isExpired: (lease: Lease) => boolean,
  ): Promise<NodeHolder | undefined> {
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    // Checks for pods first: a run that still measures may be about to renew a claim that seems expired.
    let holder = await this.#otherRunsPod(run, nodes);
    for (const node of [...nodes].sort()) {
      if (holder) {
        // Also observes the other claims, so that claims without renewal expire together.
        const lease = await cluster.find<Lease>(LEASE, run.leaseNamespace, leaseName(node), signal);
        if (lease) isExpired(lease);
      } else {
        holder = await this.#takeOne(run, node, isExpired);
      }
    }
    holder ??= await this.#otherRunsPod(run, nodes);
    if (holder) await this.#release(run, nodes, signal);
    return holder;
  }

  /**
   * Renews the claims that were last renewed more than 30 s ago.
   *
   * @param which `all` also renews the newer ones
   * @throws {SuiteFailure} `NodeClaimLost` when another suite run has claimed a node in the meantime
   */
  async renew(run: Run, nodes: readonly string[], which: 'all' | 'old' = 'old'): Promise<void> {
    const old = nodes.filter(
      (node) =>
        which === 'all' ||
        performance.now() - (this.#renewedAt.get(`${run.key} ${node}`) ?? Number.NEGATIVE_INFINITY) > RENEW_AFTER_MS,
    );
    if (old.length === 0) return;
    const holders = await Promise.all([
      ...old.map((node) => this.#takeOne(run, node, () => false)),
      this.#otherRunsPod(run, old),
    ]);
    const holder = holders.find((other) => other !== undefined);
    if (!holder) return;
    await this.#release(run, old, cancellationSignal());
    throw new SuiteFailure('NodeClaimLost', `suite run "${holder.workflowId}" has claimed node ${holder.node}`);
  }

  /** Releases all claims of the run. */
  async release(run: Run, signal?: AbortSignal): Promise<void> {
    const cluster = this.#context.cluster(run);
    const labelSelector = runSelector(run);
    const leases = await cluster.list<Lease>(LEASE, run.leaseNamespace, { labelSelector }, signal);
    await Promise.all(
      leases.map(({ metadata }) => releaseLease(cluster, run.leaseNamespace, metadata.name, run.key, signal)),
    );
  }

  /** Releases the run's claims on these nodes. Does not touch claims of other runs. */
  async #release(run: Run, nodes: readonly string[], signal: AbortSignal): Promise<void> {
    const cluster = this.#context.cluster(run);
    await Promise.all(nodes.map((node) => releaseLease(cluster, run.leaseNamespace, leaseName(node), run.key, signal)));
  }

  /** Claims one node. @returns undefined after success, otherwise the run that holds the node */
  async #takeOne(run: Run, node: string, isExpired: (lease: Lease) => boolean): Promise<NodeHolder | undefined> {
    const claimant = claimantOf(run, await this.#context.annotations(run));
    const cluster = this.#context.cluster(run);
    const name = leaseName(node);
    const lease = await takeLease(cluster, run.leaseNamespace, name, claimant, isExpired, cancellationSignal());
    if (lease) return holderOf(node, lease);
    this.#renewedAt.set(`${run.key} ${node}`, performance.now());
    return undefined;
  }

  /**
   * Finds a pod of another run that still measures. Pods can outlive their worker, and so the claim that it renews. Does
   * not find those of other namespaces when the worker may not list them; then only the claims protect the nodes.
   */
  async #otherRunsPod(run: Run, nodes: readonly string[]): Promise<NodeHolder | undefined> {
    const measuring = `${COMPONENT_LABEL} in (${MEASURING_COMPONENTS.join(',')}),!${KEPT_LABEL}`;
    const labelSelector = `${MANAGED_BY_SELECTOR},${measuring},${RUN_LABEL}!=${run.key},${DEPLOYMENT_LABEL}!=${run.key}`;
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    const pods =
      (await listIfAllowed<Pod>(cluster, POD, { labelSelector }, signal)) ??
      (await cluster.list<Pod>(POD, run.namespace, { labelSelector }, signal));
    const pod = pods.find(({ spec, ...rest }) => nodes.includes(spec.nodeName ?? '') && !hasEnded({ spec, ...rest }));
    if (!pod) return undefined;
    const { annotations, namespace = '', creationTimestamp } = pod.metadata;
    return {
      node: pod.spec.nodeName ?? '',
      workflowId: annotations?.[WORKFLOW_ANNOTATION] ?? 'unknown',
      namespace,
      ...(creationTimestamp ? { since: creationTimestamp } : {}),
    };
  }
}

function holderOf(node: string, { metadata, spec }: Lease): NodeHolder {
  return {
    node,
    workflowId: metadata.annotations?.[WORKFLOW_ANNOTATION] ?? spec.holderIdentity ?? 'unknown',
    namespace: metadata.namespace ?? '',
    ...(spec.acquireTime ? { since: spec.acquireTime } : {}),
  };
}
