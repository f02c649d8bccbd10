import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import type { Deployment } from '../../kubernetes/client/objects.js';
import { DEPLOYMENT, DYNAMO_GRAPH } from '../../kubernetes/client/resources.js';
import { MANAGED_BY_SELECTOR } from '../../suite/run/run.js';
import { componentName, type Graph, graphObjects, plannerObjects } from './graph-objects.js';

const FINALIZER = 'nvidia.com/finalizer';
const PAUSE_MS = 200;

/** What the operator does with the deployments that it sees. */
export interface OperatorMood {
  /**
   * - `works`: makes the objects of a deployment and reports on them;
   * - `cannot`: fails on its own work, and says why in status and events;
   * - `down`: takes no notice of anything.
   */
  readonly state: 'works' | 'cannot' | 'down';
  /** Statuses that it reports first, each for a second. */
  readonly first?: readonly object[];
  /** Seconds for which pods run on after they were told to end. */
  readonly linger?: number;
}

/**
 * Stands in for the Dynamo operator in one namespace, as far as the suite sees it: it makes what the operator was seen to
 * make, reports the status that it was seen to report, and holds a deployment by its finalizer. What runs in the pods is
 * what the suite asked for. It looks after deployments of the suite only.
 */
export class GraphOperator {
  mood: OperatorMood = { state: 'works' };
  /** Uids of all deployments that it has looked after, by name. */
  readonly seen = new Map<string, Set<string>>();
  readonly #admin: Cluster;
  readonly #namespace: string;
  readonly #made = new Set<string>();
  readonly #reported = new Map<string, string>();
  readonly #firstReports = new Map<string, number>();
  #stopped = false;
  readonly #ended: Promise<void>;

  constructor(admin: Cluster, namespace: string) {
    this.#admin = admin;
    this.#namespace = namespace;
    this.#ended = this.#run();
    // It is thrown by `stop`.
    this.#ended.catch(() => undefined);
  }

  /** Ends it. @throws what went wrong while it ran */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (this.mood.state !== 'down') await this.#look(this.mood);
      await sleep(PAUSE_MS);
    }
  }

  /** One look has one mood: a test that changes it meanwhile must not get half of each. */
  async #look(mood: OperatorMood): Promise<void> {
    try {
      const query = { labelSelector: MANAGED_BY_SELECTOR };
      for (const graph of await this.#admin.list<Graph>(DYNAMO_GRAPH, this.#namespace, query)) {
        await this.#reconcile(graph, mood);
      }
    } catch (error) {
      // A deployment, or the whole resource, that has gone meanwhile; the next look sees what is there.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async #reconcile(graph: Graph, mood: OperatorMood): Promise<void> {
    const { name, uid = '', deletionTimestamp } = graph.metadata;
    if (deletionTimestamp) return this.#hold(name, false);
    if (!this.seen.get(name)?.has(uid)) {
      this.seen.set(name, new Set([...(this.seen.get(name) ?? []), uid]));
      await this.#hold(name, true);
    }
    const first = mood.first?.[Math.floor((Date.now() - this.#since(uid)) / 1000)];
    if (first) {
      await this.#report(graph, first);
      return;
    }
    if (mood.state === 'cannot') return this.#fail(graph);
    if (!this.#made.has(uid)) {
      const objects = [...plannerObjects(this.#namespace), ...graphObjects(graph, mood.linger ?? 0)];
      for (const object of objects) await this.#admin.apply(object);
      this.#made.add(uid);
    }
    await this.#report(graph, await this.#status(graph));
  }

  #since(uid: string): number {
    const since = this.#firstReports.get(uid) ?? Date.now();
    this.#firstReports.set(uid, since);
    return since;
  }

  async #hold(name: string, held: boolean): Promise<void> {
    const patch = { metadata: { finalizers: held ? [FINALIZER] : null } };
    await this.#admin.patch(DYNAMO_GRAPH, this.#namespace, name, patch);
  }

  async #fail(graph: Graph): Promise<void> {
    const condition = readyCondition(graph, 'failed_to_reconcile_the_resources', 'failed to reconcile the component');
    if (!(await this.#report(graph, { state: 'failed', conditions: [condition] }))) return;
    await this.#admin.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `reconcile.${randomUUID()}`, namespace: this.#namespace },
      type: 'Warning',
      reason: 'ReconcileError',
      message: 'Deployment.apps is invalid: spec.selector: field is immutable',
      involvedObject: {
        kind: 'DynamoComponentDeployment',
        name: `${graph.metadata.name}-frontend`,
        namespace: this.#namespace,
      },
    });
  }

  async #status(graph: Graph): Promise<object> {
    const components: Record<string, object> = {};
    const notReady: string[] = [];
    for (const component of graph.spec.components) {
      const name = componentName(graph, component);
      const { status } = await this.#admin.get<Deployment>(DEPLOYMENT, this.#namespace, name);
      const { replicas = 1 } = component;
      const availableReplicas = status?.availableReplicas ?? 0;
      components[component.name] = {
        componentKind: 'Deployment',
        componentNames: [name],
        replicas,
        availableReplicas,
        readyReplicas: availableReplicas,
      };
      if (availableReplicas < replicas) {
        notReady.push(`${name}: Component deployment not ready - Available condition not true`);
      }
    }
    const condition =
      notReady.length > 0
        ? readyCondition(graph, 'some_resources_are_not_ready', `Resources not ready: ${notReady.join('; ')}`)
        : { ...readyCondition(graph, 'all_resources_are_ready', 'All resources are ready'), status: 'True' };
    return {
      state: notReady.length > 0 ? 'pending' : 'successful',
      observedGeneration: generationOf(graph),
      components,
      conditions: [condition],
    };
  }

  /** @returns whether it is news */
  async #report(graph: Graph, status: object): Promise<boolean> {
    const { name, uid = '' } = graph.metadata;
    const text = JSON.stringify(status);
    if (this.#reported.get(uid) === text) return false;
    await this.#admin.patch(DYNAMO_GRAPH, this.#namespace, `${name}/status`, { status });
    this.#reported.set(uid, text);
    return true;
  }
}

function generationOf({ metadata }: Graph): number {
  return (metadata as { generation?: number }).generation ?? 0;
}

function readyCondition(graph: Graph, reason: string, message: string) {
  return { type: 'Ready', status: 'False', reason, message, observedGeneration: generationOf(graph) };
}
