import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { waitUntilStarted } from '../../activities/pods/pods.js';
import type { Node, Pod } from '../../kubernetes/client/objects.js';
import { NODE, POD } from '../../kubernetes/client/resources.js';
import { Lab } from '../support/lab.js';

const GPU = 'nvidia.com/gpu';

/** Pods that are put on a node without the scheduler, so that its kubelet must reject them while its GPUs are in use. */
describe('a pod that a real kubelet rejects', () => {
  let lab: Lab;
  let gpus: string;
  before(async () => {
    lab = await Lab.open();
    const node = await lab.box.admin.get<Node>(NODE, undefined, lab.nodes[0]);
    gpus = node.status.allocatable[GPU] ?? '';
  });
  after(() => lab?.close());

  const podOf = (name: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: lab.namespace.name },
    spec: {
      nodeName: lab.nodes[0],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'localhost/pause:3.10',
          imagePullPolicy: 'Never',
          resources: { limits: { [GPU]: gpus }, requests: { [GPU]: gpus } },
        },
      ],
    },
  });
  const find = (name: string) => lab.box.admin.find<Pod>(POD, lab.namespace.name, name);
  const remove = (name: string) => lab.box.admin.delete(POD, lab.namespace.name, name, { gracePeriodSeconds: 0 });

  async function start(name: string, podStart: number): Promise<Pod> {
    const pod = podOf(name);
    await lab.box.admin.createOrAdopt(pod);
    return new MockActivityEnvironment().run(() =>
      waitUntilStarted(lab.box.admin, pod, { podStart, unschedulable: 5 }, async () => undefined),
    );
  }

  async function untilRejected(name: string): Promise<void> {
    await lab.until(`${name} is rejected`, async () => (await find(name))?.status?.phase === 'Failed');
  }

  it('runs under the same name as soon as the node has what it needs', async () => {
    await start('holder', 60);
    const started = start('waiting', 60);
    await untilRejected('waiting');
    await remove('holder');
    const { metadata } = await started;
    assert.equal(metadata.name, 'waiting');
    assert.ok(Number(metadata.annotations?.['dynamo-bench/start-tries']) >= 2);
    await remove('waiting');
  });

  it('is a failure with its reason when that takes longer than timeouts.podStart', async () => {
    await start('holder', 60);
    await assert.rejects(start('waiting', 5), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'PodRejected');
      assert.match(error.message, /(?:OutOfnvidia\.com\/gpu|UnexpectedAdmissionError): .*; created \d+ times within/);
      assert.match(String(error.hint), /device plugin/);
      return true;
    });
    await Promise.all([remove('holder'), remove('waiting')]);
  });
});
