import { cancellationSignal } from '@temporalio/activity';
import { HOLDER_LABELS, type HolderInput, holderPod } from '../../cluster/objects/holder-pod.js';
import { KEEPER_LABELS, keeperPod } from '../../cluster/objects/keeper-pod.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { deleteThis } from '../../kubernetes/client/delete-this.js';
import type { Node, Pod } from '../../kubernetes/client/objects.js';
import { NODE, POD } from '../../kubernetes/client/resources.js';
import { isTerminal } from '../../kubernetes/pods/pod-state.js';
import { holderPodName, keeperPodName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import type { ActivityContext } from '../context/context.js';
import { removePods } from '../pods/removal.js';

/** Annotation of a holder: the start of the wait for its node, ISO 8601, so that a restarted worker has the same time limit. */
const SINCE = 'dynamo-bench/provision-since';

/** 1 for node1 of the pair, 2 for node2. */
const INDEXES = [1, 2] as const;

/** Pods of a run that ask for its nodes and keep them; undefined where there is none. */
export interface ProvisioningState {
  readonly holders: readonly (Pod | undefined)[];
  readonly keepers: readonly (Pod | undefined)[];
  /** The nodes on which they are, by name. */
  readonly nodes: ReadonlyMap<string, Node>;
}

/** The holders and keepers of one run in the cluster. Their names are deterministic, so that every step finds those of earlier ones. */
export class ProvisioningPods {
  readonly #context: ActivityContext;
  readonly #run: Run;
  readonly #settings: PodSettings;
  readonly #cluster: Cluster;

  constructor(context: ActivityContext, run: Run, settings: PodSettings) {
    this.#context = context;
    this.#run = run;
    this.#settings = settings;
    this.#cluster = context.cluster(run);
  }

  async read(): Promise<ProvisioningState> {
    const find = (name: string) => this.#cluster.find<Pod>(POD, this.#run.namespace, name, cancellationSignal());
    const [holders, keepers] = await Promise.all([
      Promise.all(INDEXES.map((index) => find(holderPodName(this.#run, index)))),
      Promise.all(INDEXES.map((index) => find(keeperPodName(this.#run, index)))),
    ]);
    const names = [...holders, ...keepers].flatMap((pod) => pod?.spec.nodeName ?? []);
    const nodes = await Promise.all([...new Set(names)].map(async (name) => [name, await this.node(name)] as const));
    return { holders, keepers, nodes: new Map(nodes.flatMap(([name, node]) => (node ? [[name, node]] : []))) };
  }

  /** Reads a node; undefined when it does not exist. The worker may only list nodes. */
  async node(name: string): Promise<Node | undefined> {
    const [node] = await this.#cluster.list<Node>(
      NODE,
      undefined,
      { fieldSelector: `metadata.name=${name}` },
      cancellationSignal(),
    );
    return node;
  }

  /** Creates the holders that do not exist. @param since start of the wait, milliseconds since 1970 */
  async createHolders(
    holders: ProvisioningState['holders'],
    { selector, sameZone, limit }: Pick<HolderInput, 'selector' | 'sameZone' | 'limit'>,
    since: number,
  ): Promise<void> {
    await Promise.all(
      INDEXES.map(async (index) => {
        if (holders[index - 1]) return;
        const pod = await holderPod({ run: this.#run, settings: this.#settings, index, selector, sameZone, limit });
        const annotations = { ...pod.metadata.annotations, [SINCE]: new Date(since).toISOString() };
        await this.#create({ ...pod, metadata: { ...pod.metadata, annotations } }, HOLDER_LABELS);
      }),
    );
  }

  /** Creates the keepers that do not exist on their nodes. Removes one that is to keep another node, or has ended. */
  async createKeepers(keepers: ProvisioningState['keepers'], nodes: readonly string[]): Promise<void> {
    await Promise.all(
      INDEXES.map(async (index) => {
        const [node, keeper] = [nodes[index - 1], keepers[index - 1]];
        if (node === undefined) return;
        if (!keeper) {
          const pod = await keeperPod({ run: this.#run, settings: this.#settings, node, index });
          await this.#create(pod, KEEPER_LABELS);
        } else if (nodeOfKeeper(keeper) !== node || isTerminal(keeper)) await this.remove(keeper);
      }),
    );
  }

  async #create(pod: Pod, labels: Record<string, string>): Promise<void> {
    const owned = await this.#context.owned(this.#run, pod, pod.metadata.name, labels);
    await this.#cluster.createOrAdopt(owned, cancellationSignal());
  }

  /** Deletes one pod, by force, because its node may not exist any more. Another pod of the same name stays. */
  remove(pod: Pod): Promise<void> {
    return deleteThis(this.#cluster, POD, pod, { gracePeriodSeconds: 0, signal: cancellationSignal() });
  }

  /** Removes the holders and waits until the ranks can have their devices. */
  removeHolders(): Promise<void> {
    return removePods(
      this.#cluster,
      this.#run.namespace,
      INDEXES.map((index) => holderPodName(this.#run, index)),
    );
  }
}

/** Returns the start of the wait that a holder notes, in milliseconds since 1970. */
export function sinceOf(holders: ProvisioningState['holders']): number[] {
  return holders
    .map((pod) => Date.parse(pod?.metadata.annotations?.[SINCE] ?? ''))
    .filter((since) => !Number.isNaN(since));
}

/** Whether a pod is on its node to stay. */
export function isBound(pod: Pod | undefined): pod is Pod & { spec: { nodeName: string } } {
  return pod?.spec.nodeName !== undefined && pod.metadata.deletionTimestamp === undefined && !isTerminal(pod);
}

/** Returns the only node on which a keeper may run, whether or not it is there yet. */
function nodeOfKeeper({ spec }: Pod): string | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
}
