import assert from 'node:assert/strict';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { NODE } from '../../kubernetes/client/resources.js';
import { unschedulableMessage } from '../../kubernetes/pods/pod-state.js';
import { Lab, type LocalSpec } from '../support/lab.js';

/** Label of the nodes that the test provides as an autoscaler would. The nodes exist, and match the selector only with it. */
const POOL = 'dynamo-bench-test/pool';

describe('a suite that asks for its nodes', function () {
  this.timeout(300_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());
  afterEach(() => label(null));

  const pool = () => lab.namespace.name;
  async function label(value: string | null, nodes: readonly string[] = lab.nodes): Promise<void> {
    for (const node of nodes)
      await lab.box.admin.patch(NODE, undefined, node, { metadata: { labels: { [POOL]: value } } });
  }

  async function suite(provision: string): Promise<LocalSpec> {
    const spec = await lab.spec({
      tests: await lab.tests('ucx-native'),
      nodes: { provision: true, selector: { [POOL]: pool() } },
    });
    return { ...spec, timeouts: { ...(spec.timeouts as object), provision } };
  }

  const component = (name: string) => lab.pods(`app.kubernetes.io/component=${name}`);

  /** Waits until both pods ask and the scheduler has no node for them. */
  async function untilAsked(): Promise<Pod[]> {
    let holders: Pod[] = [];
    await lab.until('two pods ask for nodes', async () => {
      holders = await component('holder');
      return holders.length === 2 && holders.every((pod) => unschedulableMessage(pod) !== undefined);
    });
    return holders;
  }

  async function report({ metadata }: Pod, reason: string, message: string): Promise<void> {
    const { name, namespace = '', uid } = metadata;
    const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    await lab.box.admin.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}-${reason.toLowerCase()}`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
      type: 'Normal',
      reason,
      message,
      source: { component: 'cluster-autoscaler' },
      firstTimestamp: at,
      lastTimestamp: at,
    } as KubernetesObject);
  }

  it('says what the autoscaler answers, gets them after a restart of the worker, keeps them, and measures', async () => {
    const id = await lab.start(await suite('5m'));
    const holders = await untilAsked();
    for (const holder of holders) await report(holder, 'TriggeredScaleUp', 'pod triggered scale-up: gpu 0->2');
    await lab.until('the progress has the answer', async () =>
      /^waiting for a node: pods .*: TriggeredScaleUp: .* gpu 0->2/.test((await lab.progress(id)).step),
    );
    await lab.stopWorkers('SIGKILL');
    lab.startWorker();
    const [first, second] = lab.nodes;
    await label(pool(), [first]);
    await lab.until('one pod has its node', async () => (await component('holder')).some(({ spec }) => spec.nodeName));
    await label(pool(), [second]);
    await lab.untilRanksRun(id, 'ucx-native');
    assert.deepEqual(await component('holder'), []);
    const keepers = await component('keeper');
    assert.deepEqual(keepers.map(({ spec }) => spec.nodeName).sort(), [...lab.nodes].sort());
    for (const { metadata } of keepers) {
      assert.equal(metadata.annotations?.['karpenter.sh/do-not-disrupt'], 'true');
      assert.equal(metadata.ownerReferences?.[0]?.kind, 'ConfigMap');
    }
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { pair } = end.record.setup;
    assert.deepEqual([pair?.node1, pair?.node2].sort(), [...lab.nodes].sort());
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('fails with the answers of the scheduler and the autoscaler when there are none in time', async () => {
    const id = await lab.start(await suite('15s'));
    const [holder] = await untilAsked();
    assert.ok(holder);
    await report(holder, 'NotTriggerScaleUp', "pod didn't trigger scale-up: 1 max node group size reached");
    const { failure } = await lab.end(id);
    assert.match(failure, /nodes: NodesNotProvisioned: .*scheduler: \d+\/\d+ nodes are available/);
    assert.match(failure, /NotTriggerScaleUp: .*max node group size reached.*→ Raise the limit/s);
    assert.deepEqual(await lab.leftovers(10), []);
  });

  it('leaves nothing when it is cancelled while it waits', async () => {
    const id = await lab.start(await suite('5m'));
    await untilAsked();
    await lab.client.getHandle(id).cancel();
    assert.equal((await lab.end(id)).status, 'CANCELLED');
    assert.deepEqual(await lab.leftovers(10), []);
  });
});
