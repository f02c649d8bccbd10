import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { type Lease, releaseLease, takeLease } from '../../kubernetes/client/leases.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { LEASE, POD } from '../../kubernetes/client/resources.js';
import { hasEnded } from '../../kubernetes/pods/pod-state.js';
import { DEPLOYMENT_LABEL, KEPT_LABEL } from '../../suite/cluster/dynamo-names.js';
import {
  COMPONENT_LABEL,
  leaseName,
  MANAGED_BY_SELECTOR,
  MEASURING_COMPONENTS,
  RUN_LABEL,
  type Run,
  runLabels,
  WORKFLOW_ANNOTATION,
} from '../../suite/run/run.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** A claim that is not renewed ends after this long: longer than the pauses between the steps of a test. */
export const CLAIM_SECONDS = 90;
const RENEW_AFTER_MS = 30_000;

/** The suite run that measures on a node. */
export interface NodeHolder {
  readonly node: string;
  readonly workflowId: string;
  readonly namespace: string;
  /** ISO 8601. */
  readonly since?: string;
}

/** The cluster of a run, and what marks the run's objects there. */
export interface ClaimContext {
  cluster(run: Run): Cluster;
  annotations(run: Run): Promise<Record<string, string>>;
}

/** Exclusive use of nodes: a Lease for each, held by the suite run that measures there. */
export class NodeClaims {
  readonly #context: ClaimContext;
  /** When this process renewed which claim last. */
  readonly #renewedAt = new Map<string, number>();

  constructor(context: ClaimContext) {
    this.#context = context;
  }

  /** All nodes or none: a suite that waits keeps no other one waiting. In order, so that of two suites one gets all. */
  async take(
    run: Run,
    nodes: readonly string[],
    isExpired: (lease: Lease) => boolean,
  ): Promise<NodeHolder | undefined> {
    const cluster = this.#context.cluster(run);
    const signal = cancellationSignal();
    // Who still measures there may be about to renew a claim that seems expired: it must not be touched.
    let holder = await this.#foreignPod(run, nodes);
    for (const node of [...nodes].sort()) {
      if (holder) {
        // So that claims which nobody renews run out together, and not one after the other.
        const lease = await cluster.find<Lease>(LEASE, run.leaseNamespace, leaseName(node), signal);
        if (lease) isExpired(lease);
      } else {
        holder = await this.#takeOne(run, node, isExpired);
      }
    }
    holder ??= await this.#foreignPod(run, nodes);
    if (holder) await this.#giveBack(run, nodes, signal);
    return holder;
  }

  /**
   * Renews a claim when it is time.
   *
   * @throws {SuiteFailure} `NodeClaimLost` when another suite run has claimed the node since
   */
  async renew(run: Run, nodes: readonly string[], when: 'now' | 'when due' = 'when due'): Promise<void> {
    const due = nodes.filter(
      (node) =>
        when === 'now' ||
        performance.now() - (this.#renewedAt.get(`${run.key} ${node}`) ?? Number.NEGATIVE_INFINITY) > RENEW_AFTER_MS,
    );
    if (due.length === 0) return;
    const holders = await Promise.all([
      ...due.map((node) => this.#takeOne(run, node, () => false)),
      this.#foreignPod(run, due),
    ]);
    const holder = holders.find((other) => other !== undefined);
    if (!holder) return;
    await this.#giveBack(run, due, cancellationSignal());
    throw new SuiteFailure('NodeClaimLost', `node ${holder.node} is claimed by suite run "${holder.workflowId}" now`);
  }

  /** Gives back all that the run has claimed. */
  async release(run: Run, signal?: AbortSignal): Promise<void> {
    const cluster = this.#context.cluster(run);
    const labelSelector = `${RUN_LABEL}=${run.key}`;
    const leases = await cluster.list<Lease>(LEASE, run.leaseNamespace, { labelSelector }, signal);
    await Promise.all(
      leases.map(({ metadata }) => releaseLease(cluster, run.leaseNamespace, metadata.name, run.key, signal)),
    );
  }

  /** What others hold stays theirs. */
  async #giveBack(run: Run, nodes: readonly string[], signal: AbortSignal): Promise<void> {
    const cluster = this.#context.cluster(run);
    await Promise.all(nodes.map((node) => releaseLease(cluster, run.leaseNamespace, leaseName(node), run.key, signal)));
  }

  /** @returns who holds the node, if it is not this run now */
  async #takeOne(run: Run, node: string, isExpired: (lease: Lease) => boolean): Promise<NodeHolder | undefined> {
    const claimant = {
      identity: run.key,
      labels: runLabels(run),
      annotations: await this.#context.annotations(run),
      durationSeconds: CLAIM_SECONDS,
    };
    const cluster = this.#context.cluster(run);
    const name = leaseName(node);
    const lease = await takeLease(cluster, run.leaseNamespace, name, claimant, isExpired, cancellationSignal());
    if (lease) return holderOf(node, lease);
    this.#renewedAt.set(`${run.key} ${node}`, performance.now());
    return undefined;
  }

  /** A pod of another run that still measures: its worker may be gone and its claim expired, its pods are not. */
  async #foreignPod(run: Run, nodes: readonly string[]): Promise<NodeHolder | undefined> {
    const measuring = `${COMPONENT_LABEL} in (${MEASURING_COMPONENTS.join(',')}),!${KEPT_LABEL}`;
    const labelSelector = `${MANAGED_BY_SELECTOR},${measuring},${RUN_LABEL}!=${run.key},${DEPLOYMENT_LABEL}!=${run.key}`;
    const pods = await this.#context.cluster(run).list<Pod>(POD, undefined, { labelSelector }, cancellationSignal());
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
