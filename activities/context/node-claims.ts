import { cancellationSignal } from '@temporalio/activity';
import { keptPods } from '../../cluster/kept-pods.js';
import { leftOnNode } from '../../cluster/left-on-node.js';
import { claimantOf } from '../../cluster/objects/node-claimant.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { type Lease, releaseLease, takeLease } from '../../kubernetes/client/leases.js';
import { listVisible } from '../../kubernetes/client/list-visible.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { CONFIG_MAP, LEASE, POD } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';
import { DEPLOYMENT_LABEL } from '../../suite/cluster/dynamo-names.js';
import { leaseName, runObjectName } from '../../suite/run/object-names.js';
import {
  COMPONENT_LABEL,
  MANAGED_BY_SELECTOR,
  MEASURING_COMPONENTS,
  RUN_LABEL,
  type Run,
  runSelector,
  TEMPORAL_ANNOTATION,
  WORKFLOW_ANNOTATION,
} from '../../suite/run/run.js';
import type { OpenRuns } from '../../suite/run/run-status.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

const RENEW_AFTER_MS = 30_000;

/** Suite run that measures on a node. */
export interface NodeHolder {
  readonly node: string;
  readonly workflowId: string;
  readonly namespace: string;
  /** Start of the claim or of the pod, ISO 8601. */
  readonly since?: string;
  /** What the run left on the node, as a clause. Only of a run whose workflow has ended. */
  readonly left?: string;
}

/** Provides the cluster of a run, the annotations for the objects of the run, and the state of other runs. */
export interface ClaimContext {
  readonly runs: OpenRuns;
  cluster(run: Run): Cluster;
  annotations(run: Run): Promise<Record<string, string>>;
}

/** Object by which a suite run holds a node: its Lease, or a pod of the run. */
interface Holding extends NodeHolder {
  readonly key: string;
  readonly object: KubernetesObject;
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
   * @throws {SuiteFailure} `NodeClaimLost` when this run has been closed
   */
  async take(
    run: Run,
    nodes: readonly string[],
    isExpired: (lease: Lease) => boolean,
  ): Promise<NodeHolder | undefined> {
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    // Checks for pods first: a run that still measures may be about to renew a claim that seems expired.
    let holder: Holding | undefined = await this.#otherRunsPod(run, nodes);
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
    else await this.#assertOpen(run, nodes);
    return holder && this.#withState(run, holder);
  }

  /**
   * Renews the claims that were last renewed more than 30 s ago.
   *
   * @param which `all` also renews the newer ones
   * @throws {SuiteFailure} `NodeClaimLost` when another suite run has claimed a node in the meantime, or when this run has
   *   been closed
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
    if (!holder) return this.#assertOpen(run, old);
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

  /**
   * Releases the claims again when the run object does not exist. A cancelled step learns of the cancellation some seconds
   * later, and the run may have been closed in the meantime: `closeRun` deletes the run object first.
   */
  async #assertOpen(run: Run, nodes: readonly string[]): Promise<void> {
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    if (await cluster.find(CONFIG_MAP, run.namespace, runObjectName(run), signal)) return;
    await this.#release(run, nodes, signal);
    throw new SuiteFailure('NodeClaimLost', `suite run "${run.workflowId}" has been closed, so it may lock no node`);
  }

  /** Adds what the run left when its workflow has ended. Does not know runs of other Temporal servers. */
  async #withState(run: Run, { key, object, ...holder }: Holding): Promise<NodeHolder> {
    const { runs } = this.#context;
    if (object.metadata.annotations?.[TEMPORAL_ANNOTATION] !== (await runs.namespaceId())) return holder;
    if (await runs.isOpen(holder.workflowId, key)) return holder;
    const left = await leftOnNode(this.#context.cluster(run), object, cancellationSignal());
    return { ...holder, left };
  }

  /** Claims one node. @returns undefined after success, otherwise the run that holds the node */
  async #takeOne(run: Run, node: string, isExpired: (lease: Lease) => boolean): Promise<Holding | undefined> {
    const claimant = claimantOf(run, await this.#context.annotations(run));
    const cluster = this.#context.cluster(run);
    const name = leaseName(node);
    const lease = await takeLease(cluster, run.leaseNamespace, name, claimant, isExpired, cancellationSignal());
    if (lease) return holderOf(node, lease);
    this.#renewedAt.set(`${run.key} ${node}`, performance.now());
    return undefined;
  }

  /**
   * Finds a pod of another run that still measures. Pods can outlive their worker, and so the claim that it renews. A
   * pod of a kept deployment does not measure. Does not find pods of other namespaces when the worker may not list them;
   * then only the claims protect the nodes.
   */
  async #otherRunsPod(run: Run, nodes: readonly string[]): Promise<Holding | undefined> {
    const measuring = `${COMPONENT_LABEL} in (${MEASURING_COMPONENTS.join(',')})`;
    const labelSelector = `${MANAGED_BY_SELECTOR},${measuring},${RUN_LABEL}!=${run.key},${DEPLOYMENT_LABEL}!=${run.key}`;
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    const pods = await listVisible<Pod>(cluster, POD, run.namespace, { labelSelector }, signal);
    const present = pods.filter((pod) => nodes.includes(pod.spec.nodeName ?? '') && !hasEnded(pod));
    const kept = await keptPods(cluster, present, signal);
    const pod = present.find((candidate) => !kept.has(candidate));
    if (!pod) return undefined;
    const { annotations, labels, namespace = '', creationTimestamp } = pod.metadata;
    return {
      key: labels?.[RUN_LABEL] ?? labels?.[DEPLOYMENT_LABEL] ?? '',
      object: { ...pod, ...POD },
      node: pod.spec.nodeName ?? '',
      workflowId: annotations?.[WORKFLOW_ANNOTATION] ?? 'unknown',
      namespace,
      ...(creationTimestamp ? { since: creationTimestamp } : {}),
    };
  }
}

function holderOf(node: string, lease: Lease): Holding {
  const { metadata, spec } = lease;
  return {
    key: spec.holderIdentity ?? '',
    object: { ...lease, ...LEASE },
    node,
    workflowId: metadata.annotations?.[WORKFLOW_ANNOTATION] ?? spec.holderIdentity ?? 'unknown',
    namespace: metadata.namespace ?? '',
    ...(spec.acquireTime ? { since: spec.acquireTime } : {}),
  };
}
