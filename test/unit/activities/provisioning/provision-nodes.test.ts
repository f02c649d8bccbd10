import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../../activities/context/context.js';
import {
  type Provisioned,
  type ProvisionInput,
  provisioningActivities,
} from '../../../../activities/provisioning/provision-nodes.js';
import { ownedObject } from '../../../../cluster/objects/owned-object.js';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { KubernetesObject, Node, Pod } from '../../../../kubernetes/client/objects.js';
import type { Kind } from '../../../../kubernetes/client/resources.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';
import { spec } from '../../../support/candidates.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const SPEC = spec({ nodes: { provision: true } });
const HOLDERS = ['bench-0123abcd-holder-1', 'bench-0123abcd-holder-2'];
const KEEPERS = ['bench-0123abcd-keeper-1', 'bench-0123abcd-keeper-2'];

/** A cluster whose pods and nodes a test changes: the scheduler and the autoscaler. */
class FakeCluster {
  readonly pods = new Map<string, Pod>();
  readonly nodes = new Map<string, Node>();
  readonly events: (KubernetesObject & { involvedObject: { uid?: string; kind?: string; name?: string } })[] = [];
  readonly calls: string[] = [];
  /** Called before each look at the pods. */
  happens: () => void = () => undefined;
  #uid = 0;

  readonly #cluster = {
    find: async (_kind: Kind, _namespace: string, name: string) => {
      if (name === HOLDERS[0]) this.happens();
      return structuredClone(this.pods.get(name));
    },
    list: async ({ kind }: Kind, namespace: string | undefined, { fieldSelector = '' }: Record<string, string>) => {
      if (kind === 'Node')
        return [...this.nodes.values()].filter(({ metadata }) => fieldSelector.endsWith(`=${metadata.name}`));
      if (kind === 'Event' && namespace === undefined && !this.readsOtherNamespaces)
        throw new ApiFailure({ verb: 'list', what: 'events', server: 'https://api' }, 403, '');
      const [field = ''] = fieldSelector.split(',');
      const [key = '', value] = field.replace('involvedObject.', '').split('=');
      return this.events.filter(({ involvedObject }) => involvedObject[key as 'uid'] === value);
    },
    createOrAdopt: async (pod: Pod) => {
      const { name } = pod.metadata;
      this.calls.push(`create ${name}`);
      const made = { ...pod, metadata: { ...pod.metadata, uid: `uid-${++this.#uid}` } };
      if (!this.pods.has(name)) this.pods.set(name, made);
      // The scheduler binds a pod that names its node.
      const [node] = nodesOf(pod);
      if (node !== undefined && this.nodes.has(node)) this.bind(name, node);
      return this.pods.get(name);
    },
    delete: async (_kind: Kind, _namespace: string, name: string) => {
      this.calls.push(`delete ${name}`);
      this.pods.delete(name);
    },
  };
  readsOtherNamespaces = true;

  activities() {
    const cluster = this.#cluster as unknown as Cluster;
    const context = {
      cluster: () => cluster,
      owned: async (_run: unknown, object: Pod, name: string, labels: Record<string, string>) =>
        ownedObject(RUN, object, name, labels, { annotations: {}, ownerUid: 'owner' }),
    };
    return provisioningActivities(context as unknown as ActivityContext);
  }

  async provision(changes: Partial<ProvisionInput> = {}): Promise<Provisioned> {
    const input: ProvisionInput = {
      run: RUN,
      settings: podSettings(SPEC),
      selector: SPEC.nodes.selector,
      sameZone: true,
      limit: 60,
      since: Date.now(),
      wait: 30,
      ...changes,
    };
    const result: unknown = await new MockActivityEnvironment().run(() => this.activities().provisionNodes(input));
    return result as Provisioned;
  }

  /** Tries as often as the workflow does. */
  async provisioned(): Promise<Provisioned> {
    for (let known: string | undefined; ; ) {
      const result = await this.provision({ known });
      if ('pair' in result) return result;
      known = result.waiting;
    }
  }

  addNode(name: string, { ready = 'True', efa = '32' } = {}): void {
    this.nodes.set(name, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      spec: {},
      status: {
        allocatable: { 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': efa },
        capacity: {},
        conditions: [{ type: 'Ready', status: ready }],
        nodeInfo: { kubeletVersion: 'v', osImage: 'o', kernelVersion: 'k', containerRuntimeVersion: 'c' },
      },
    });
  }

  bind(pod: string, node: string): void {
    const found = this.pods.get(pod);
    if (found) this.pods.set(pod, { ...found, spec: { ...found.spec, nodeName: node } });
  }

  set(pod: string, changes: Partial<Pod>): void {
    const found = this.pods.get(pod);
    if (found) this.pods.set(pod, { ...found, ...changes, spec: { ...found.spec, ...changes.spec } });
  }

  addEvent(about: { uid?: string; kind?: string; name?: string }, reason: string, message: string, by: string): void {
    const lastTimestamp = new Date(Date.now() + this.events.length).toISOString();
    this.events.push({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `e${this.events.length}` },
      involvedObject: about,
      reason,
      message,
      lastTimestamp,
      source: { component: by },
    });
  }

  uid(pod: string): string {
    return this.pods.get(pod)?.metadata.uid ?? '';
  }

  /** An autoscaler that gives each holder a node. */
  giveNodes(): void {
    for (const [index, holder] of HOLDERS.entries()) {
      if (!this.pods.has(holder)) continue;
      this.addNode(`gpu-${index + 7}`);
      this.bind(holder, `gpu-${index + 7}`);
    }
  }
}

function nodesOf(pod: Pod): string[] {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    required?.nodeSelectorTerms.flatMap(({ matchFields = [] }) => matchFields.flatMap(({ values = [] }) => values)) ??
    []
  );
}

/** What a try waits for; it ends after a moment. */
async function waitingText(cluster: FakeCluster, wait = 0): Promise<string> {
  const result = await cluster.provision({ wait });
  assert.ok('waiting' in result);
  return result.waiting;
}

describe('nodes that an autoscaler provides', () => {
  it('are the pair: a keeper is on each of them, and their devices are free again', async () => {
    const cluster = new FakeCluster();
    cluster.happens = () => cluster.giveNodes();
    assert.deepEqual(await cluster.provision(), { pair: { node1: 'gpu-7', node2: 'gpu-8' } });
    assert.deepEqual([...cluster.pods.keys()].sort(), KEEPERS);
    assert.deepEqual(
      KEEPERS.map((name) => cluster.pods.get(name)?.spec.nodeName),
      ['gpu-7', 'gpu-8'],
    );
    // The nodes must not be empty at any time.
    const [kept, freed] = [
      cluster.calls.lastIndexOf(`create ${KEEPERS[1]}`),
      cluster.calls.indexOf(`delete ${HOLDERS[0]}`),
    ];
    assert.ok(kept >= 0 && kept < freed, cluster.calls.join(', '));
    assert.equal(cluster.pods.get(KEEPERS[0] ?? '')?.metadata.ownerReferences?.[0]?.uid, 'owner');
  });

  it('stay the same in every later try, which creates nothing', async () => {
    const cluster = new FakeCluster();
    cluster.happens = () => cluster.giveNodes();
    const first = await cluster.provision();
    cluster.calls.length = 0;
    assert.deepEqual(await cluster.provision(), first);
    assert.deepEqual(
      cluster.calls.filter((call) => call.startsWith('create')),
      [],
    );
  });

  it('are asked for again after one of them was lost', async () => {
    const cluster = new FakeCluster();
    cluster.happens = () => cluster.giveNodes();
    await cluster.provision();
    cluster.nodes.delete('gpu-8');
    cluster.happens = () => {
      cluster.giveNodes();
      cluster.addNode('gpu-9');
      cluster.bind(HOLDERS[1] ?? '', 'gpu-9');
      cluster.nodes.delete('gpu-8');
    };
    assert.deepEqual(await cluster.provision(), { pair: { node1: 'gpu-7', node2: 'gpu-9' } });
  });

  it('are waited for until they are Ready and offer their devices', async () => {
    const cluster = new FakeCluster();
    await waitingText(cluster);
    for (const [index, holder] of HOLDERS.entries()) cluster.bind(holder, `gpu-${index + 7}`);
    cluster.addNode('gpu-7', { ready: 'Unknown' });
    cluster.addNode('gpu-8', { efa: '0' });
    assert.equal(
      await waitingText(cluster),
      'pod bench-0123abcd-holder-1: its node gpu-7 is not Ready; pod bench-0123abcd-holder-2: its node gpu-8 offers 0 of 32 vpc.amazonaws.com/efa',
    );
    assert.deepEqual([...cluster.pods.keys()].sort(), HOLDERS);
    cluster.addNode('gpu-7');
    cluster.addNode('gpu-8');
    assert.ok('pair' in (await cluster.provision()));
  });

  it('are asked for by another pod when the kubelet has rejected one, or somebody has deleted it', async () => {
    const cluster = new FakeCluster();
    await waitingText(cluster);
    const rejected = cluster.uid(HOLDERS[0] ?? '');
    cluster.set(HOLDERS[0] ?? '', { status: { phase: 'Failed', reason: 'OutOfcpu', message: 'Node lacks cpu' } });
    cluster.pods.delete(HOLDERS[1] ?? '');
    assert.match(await waitingText(cluster), /holder-1: OutOfcpu: Node lacks cpu/);
    assert.ok(cluster.pods.has(HOLDERS[1] ?? ''));
    cluster.happens = () => {
      if (cluster.uid(HOLDERS[0] ?? '') !== rejected) cluster.giveNodes();
    };
    assert.ok('pair' in (await cluster.provisioned()));
  });
});

describe('the wait for a node', () => {
  it('names the last answer of the autoscaler, and that of the scheduler while there is none', async () => {
    const cluster = new FakeCluster();
    assert.match(
      await waitingText(cluster),
      /^pods bench-0123abcd-holder-1 and bench-0123abcd-holder-2: not scheduled yet/,
    );
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
    ];
    for (const holder of HOLDERS) cluster.set(holder, { status: { phase: 'Pending', conditions } });
    cluster.addEvent({ uid: cluster.uid(HOLDERS[0] ?? '') }, 'FailedScheduling', '0/3 nodes', 'default-scheduler');
    assert.match(await waitingText(cluster), /^pods .*: FailedScheduling: 0\/3 nodes are available$/);
    cluster.addEvent(
      { uid: cluster.uid(HOLDERS[0] ?? '') },
      'Nominated',
      'Pod should schedule on: nodeclaim/gpu-x',
      'karpenter',
    );
    assert.match(
      await waitingText(cluster),
      /^pod bench-0123abcd-holder-1: Nominated: .* nodeclaim\/gpu-x; pod bench-0123abcd-holder-2: FailedScheduling: /,
    );
  });

  it('names the gate of a queue, and why the queue does not admit the pod', async () => {
    const cluster = new FakeCluster();
    await waitingText(cluster);
    const schedulingGates = [{ name: 'kueue.x-k8s.io/admission' }];
    for (const holder of HOLDERS) cluster.set(holder, { spec: { schedulingGates } as Pod['spec'] });
    const workload = { kind: 'Workload', name: `pod-${HOLDERS[0]}-4f2a1` };
    cluster.addEvent(workload, 'Pending', "couldn't assign flavors: insufficient quota for nvidia.com/gpu", 'kueue');
    cluster.addEvent({ kind: 'Workload', name: 'pod-other-1' }, 'Pending', 'another one', 'kueue');
    const text = await waitingText(cluster);
    assert.match(text, /holder-1: SchedulingGated: .*kueue\.x-k8s\.io\/admission.*; Pending: couldn't assign flavors/);
    assert.doesNotMatch(text, /another one/);
  });

  it('ends a try soon after what it waits for has changed', async () => {
    const cluster = new FakeCluster();
    const known = await waitingText(cluster);
    cluster.addEvent({ uid: cluster.uid(HOLDERS[1] ?? '') }, 'TriggeredScaleUp', 'gpu 0->2', 'cluster-autoscaler');
    const begun = performance.now();
    const result = await cluster.provision({ known, wait: 60 });
    assert.ok('waiting' in result && result.waiting.includes('TriggeredScaleUp: gpu 0->2'));
    assert.ok(performance.now() - begun < 15_000);
  });
});

describe('nodes that an autoscaler does not provide', () => {
  const failure = async (cluster: FakeCluster, changes: Partial<ProvisionInput> = {}) => {
    const error = await cluster.provision({ limit: 0, ...changes }).then(
      () => assert.fail('the nodes were provided'),
      (reason: Error & { class: string; hint: string }) => reason,
    );
    assert.equal(error.class, 'NodesNotProvisioned');
    return error;
  };

  it('are a failure with the answer of the scheduler, the events and a remedy that fits them', async () => {
    const cluster = new FakeCluster();
    await waitingText(cluster);
    const message = '0/3 nodes are available: 3 node(s) did not match';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    for (const holder of HOLDERS) cluster.set(holder, { status: { phase: 'Pending', conditions } });
    const about = { uid: cluster.uid(HOLDERS[0] ?? '') };
    cluster.addEvent(
      about,
      'NotTriggerScaleUp',
      "pod didn't trigger scale-up: 1 max node group size reached",
      'cluster-autoscaler',
    );
    const { message: text, hint } = await failure(cluster);
    assert.match(
      text,
      /within timeouts\.provision of .*: pod bench-0123abcd-holder-1: scheduler: 0\/3 nodes .*; NotTriggerScaleUp: .*max node group size/,
    );
    assert.match(text, /pod bench-0123abcd-holder-2: scheduler: 0\/3 nodes/);
    assert.match(hint, /^Raise the limit/);
  });

  it('name the lack of capacity in the cloud, which Karpenter reports elsewhere, if the account may read it', async () => {
    const cluster = new FakeCluster();
    await waitingText(cluster);
    const claim = { kind: 'NodeClaim', name: 'gpu-x7k2q' };
    cluster.addEvent(claim, 'InsufficientCapacityError', 'creating instance, insufficient capacity', 'karpenter');
    const { message, hint } = await failure(cluster);
    assert.match(message, /NodeClaim gpu-x7k2q: InsufficientCapacityError: creating instance, insufficient capacity/);
    assert.match(hint, /^Wait until the cloud has capacity/);
    cluster.readsOtherNamespaces = false;
    assert.match((await failure(cluster)).hint, /^Check that an autoscaler runs/);
  });

  it('do not name what an autoscaler reported before the run asked', async () => {
    const cluster = new FakeCluster();
    cluster.addEvent(
      { kind: 'NodeClaim', name: 'old' },
      'InsufficientCapacityError',
      'insufficient capacity',
      'karpenter',
    );
    const since = Date.now() + 60_000;
    assert.doesNotMatch((await failure(cluster, { since, limit: -60 })).message, /NodeClaim old/);
  });

  it('fail at the time limit of the first try, also after a restart of the worker', async () => {
    const cluster = new FakeCluster();
    await cluster.provision({ wait: 0, since: Date.now() - 3_600_000, limit: 7200 });
    await failure(cluster, { since: Date.now(), limit: 3000 });
  });
});

describe('the keepers of a run', () => {
  const pair = { node1: 'gpu-7', node2: 'gpu-8' };
  const keep = (cluster: FakeCluster) =>
    new MockActivityEnvironment().run(() =>
      cluster.activities().keepNodes({ run: RUN, settings: podSettings(SPEC), pair }),
    );

  it('are created again when they are missing', async () => {
    const cluster = new FakeCluster();
    cluster.addNode('gpu-7');
    cluster.addNode('gpu-8');
    await keep(cluster);
    assert.deepEqual([...cluster.pods.keys()].sort(), KEEPERS);
    cluster.pods.delete(KEEPERS[1] ?? '');
    cluster.calls.length = 0;
    await keep(cluster);
    assert.deepEqual(cluster.calls, [`create ${KEEPERS[1]}`]);
  });

  it('cannot keep a node that does not exist any more', async () => {
    const cluster = new FakeCluster();
    cluster.addNode('gpu-7');
    await assert.rejects(keep(cluster), {
      class: 'NodesNotProvisioned',
      message: /^gpu-8, .* does not exist any more/,
    });
  });
});
