import { cancellationSignal } from '@temporalio/activity';
import { askingPod, isNodeReady } from '../../cluster/provisioning/asking-pod.js';
import { autoscalerTroubles } from '../../cluster/provisioning/autoscaler-troubles.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { isTerminal } from '../../kubernetes/pods/pod-state.js';
import { type AskingPod, provisioningHint, unprovisioned, waitingForNodes } from '../../suite/cluster/provisioning.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import { holderPodName, keeperPodName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { isBound, ProvisioningPods, type ProvisioningState, sinceOf } from './provisioning-pods.js';

/** The pair that an autoscaler provided, or what the pods that ask for it wait for. */
export type Provisioned = { readonly pair: Pair } | { readonly waiting: string };

export interface ProvisionInput {
  readonly run: Run;
  readonly settings: PodSettings;
  readonly selector: SuiteSpec['nodes']['selector'];
  /** Whether both nodes must be in one zone. */
  readonly sameZone: boolean;
  /** Longest wait of all tries together, in seconds. */
  readonly limit: number;
  /** Start of the wait, milliseconds since 1970; that of a holder that exists counts if it is earlier. */
  readonly since: number;
  /** Longest wait of this try, in seconds. */
  readonly wait: number;
  /** What the earlier try waited for. This one ends when that changes. */
  readonly known?: string | undefined;
}

/** Pauses between two looks at the pods, each of some ten requests, in milliseconds. A node takes minutes. */
const PAUSES = { shortestMs: 1_000, longestMs: 5_000 } as const;
/** Seconds for which a try waits even if what it waits for changes, so that a run has few of them. */
const SHORTEST_TRY_SECONDS = 5;
/** Seconds for which a holder that its node has rejected stays, so that its cause can be seen and the node can recover. */
const REJECTED_SECONDS = 3;

export function provisioningActivities(context: ActivityContext) {
  return {
    /**
     * Asks an autoscaler or a queue for two nodes, with two pods that need what ranks need. When both nodes are usable, leaves a
     * pod on each that keeps it, frees the devices for the ranks, and returns the pair. Adopts what earlier tries created, and
     * returns the nodes that the run keeps already.
     *
     * @throws {SuiteFailure} `NodesNotProvisioned` after the limit
     */
    async provisionNodes(input: ProvisionInput): Promise<Provisioned> {
      const provision = new Provision(context, input);
      return poll<Provisioned>((elapsed) => provision.look(elapsed), cancellationSignal(), PAUSES);
    },

    /**
     * Creates the pods again that keep the nodes of the run, if they are missing: somebody deleted them, or the run object was
     * created again.
     *
     * @throws {SuiteFailure} `NodesNotProvisioned` when a node does not exist any more
     */
    async keepNodes(input: { run: Run; settings: PodSettings; pair: Pair }): Promise<void> {
      const { run, settings, pair } = input;
      const pods = new ProvisioningPods(context, run, settings);
      const nodes = [pair.node1, pair.node2];
      const [{ keepers }, ...found] = await Promise.all([pods.read(), ...nodes.map((name) => pods.node(name))]);
      const lost = nodes.filter((_, index) => found[index] === undefined);
      if (lost.length > 0) {
        throw new SuiteFailure(
          'NodesNotProvisioned',
          `${lost.join(' and ')}, provided for this run, ${lost.length > 1 ? 'do' : 'does'} not exist any more`,
          { hint: 'Start the suite again, which asks for other nodes; the events of the autoscaler name the cause' },
        );
      }
      await pods.createKeepers(keepers, nodes);
    },
  };
}

/** One try to get the nodes of a run. */
class Provision {
  readonly #input: ProvisionInput;
  readonly #cluster: Cluster;
  readonly #pods: ProvisioningPods;
  #since: number;
  /** When each rejected holder was first seen, in seconds since the start of the try, by uid. */
  readonly #rejectedAt = new Map<string, number>();

  constructor(context: ActivityContext, input: ProvisionInput) {
    this.#input = input;
    this.#cluster = context.cluster(input.run);
    this.#pods = new ProvisioningPods(context, input.run, input.settings);
    this.#since = input.since;
  }

  /** Does the next step that is possible. @returns undefined while this try continues */
  async look(elapsed: number): Promise<Provisioned | undefined> {
    const state = await this.#pods.read();
    const kept = await this.#keptPair(state);
    if (kept) {
      await this.#pods.removeHolders();
      return { pair: kept };
    }
    this.#since = Math.min(this.#since, ...sinceOf(state.holders));
    let asking = await this.#askForNodes(state, elapsed);
    if (asking.every(({ node, nodeProblem }) => node !== undefined && nodeProblem === undefined))
      asking = await this.#keepNodes(state, asking);
    const troubles = await autoscalerTroubles(this.#cluster, this.#since, cancellationSignal());
    const waiting = waitingForNodes(asking, troubles);
    if (Date.now() >= this.#since + this.#input.limit * 1000) throw this.#failure(asking, troubles);
    const changed = waiting !== this.#input.known && elapsed >= SHORTEST_TRY_SECONDS;
    return changed || elapsed >= this.#input.wait ? { waiting } : undefined;
  }

  /** Returns the pair when a keeper is on each of two nodes that are Ready. Removes a keeper whose node is lost. */
  async #keptPair({ keepers, nodes }: ProvisioningState): Promise<Pair | undefined> {
    const bound = keepers.filter(isBound);
    const lost = bound.filter(({ spec }) => !nodes.has(spec.nodeName));
    await Promise.all(lost.map((keeper) => this.#pods.remove(keeper)));
    const [node1, node2] = bound.map(({ spec }) => spec.nodeName);
    const isReady = (name: string) => {
      const node = nodes.get(name);
      return node !== undefined && isNodeReady(node);
    };
    if (node1 === undefined || node2 === undefined || !isReady(node1) || !isReady(node2)) return undefined;
    return { node1, node2 };
  }

  /** Creates the holders that are missing, and describes all. */
  async #askForNodes({ holders, nodes }: ProvisioningState, elapsed: number): Promise<AskingPod[]> {
    await this.#pods.createHolders(holders, this.#input, this.#since);
    const signal = cancellationSignal();
    return Promise.all(
      holders.map(async (pod, index): Promise<AskingPod> => {
        if (!pod) return created(holderPodName(this.#input.run, index + 1));
        if (!isTerminal(pod)) return askingPod(this.#cluster, pod, nodes.get(pod.spec.nodeName ?? ''), signal);
        await this.#removeRejected(pod, elapsed);
        const { reason = 'Failed', message = 'the pod has ended' } = pod.status ?? {};
        return { name: pod.metadata.name, gates: [], events: [`${reason}: ${message}`] };
      }),
    );
  }

  /** Creates the keepers on the nodes of the holders, and describes all. */
  async #keepNodes({ keepers, nodes }: ProvisioningState, holders: readonly AskingPod[]): Promise<AskingPod[]> {
    const names = holders.flatMap(({ node }) => node ?? []);
    await this.#pods.createKeepers(keepers, names);
    const signal = cancellationSignal();
    return Promise.all(
      keepers.map(async (pod, index): Promise<AskingPod> => {
        if (!pod) return created(keeperPodName(this.#input.run, index + 1));
        return askingPod(this.#cluster, pod, nodes.get(pod.spec.nodeName ?? ''), signal);
      }),
    );
  }

  async #removeRejected(pod: Pod, elapsed: number): Promise<void> {
    const { uid = '' } = pod.metadata;
    const seenAt = this.#rejectedAt.get(uid) ?? elapsed;
    this.#rejectedAt.set(uid, seenAt);
    if (elapsed - seenAt >= REJECTED_SECONDS) await this.#pods.remove(pod);
  }

  #failure(asking: readonly AskingPod[], troubles: readonly string[]): SuiteFailure {
    const { namespace } = this.#input.run;
    const text = unprovisioned(asking, troubles);
    return new SuiteFailure(
      'NodesNotProvisioned',
      `the nodes were not provided within timeouts.provision of ${formatDuration(this.#input.limit)} (pods in namespace ${namespace}): ${text}`,
      { hint: provisioningHint(text, asking) },
    );
  }
}

/** Describes a pod that was created a moment ago. */
function created(name: string): AskingPod {
  return { name, gates: [], events: [] };
}
