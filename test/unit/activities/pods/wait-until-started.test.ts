import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { waitUntilStarted } from '../../../../activities/pods/pods.js';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';

const REJECTED: Pod['status'] = {
  phase: 'Failed',
  reason: 'UnexpectedAdmissionError',
  message:
    'Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices vpc.amazonaws.com/efa, which is unexpected',
};
const RUNNING: Pod['status'] = { phase: 'Running', containerStatuses: [{ name: 'rank', state: { running: {} } }] };

const RANK: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'rank', namespace: 'bench', annotations: { owner: 'run' } },
  spec: { nodeName: 'gpu-1', containers: [{ name: 'rank', image: 'i:1' }] },
};

/** A cluster with one pod. The kubelet gives the nth pod of that name the nth status; the last one also to all others. */
class OnePod {
  pod: Pod | undefined;
  created = 0;
  events: KubernetesObject[] = [];

  constructor(private readonly statuses: readonly Pod['status'][]) {}

  readonly cluster = {
    find: async () => this.pod,
    list: async () => this.events,
    createOrAdopt: async (pod: Pod) => {
      this.pod ??= { ...pod, metadata: { ...pod.metadata, uid: String(++this.created) }, ...this.#status() };
      return this.pod;
    },
    delete: async (_kind: unknown, _namespace: string, _name: string, { preconditions = { uid: '' } }) => {
      if (preconditions.uid !== this.pod?.metadata.uid) throw conflict();
      this.pod = undefined;
    },
  } as unknown as Cluster;

  #status(): Pick<Pod, 'status'> {
    const status = this.statuses[Math.min(this.created, this.statuses.length) - 1];
    return status ? { status } : {};
  }

  async waitUntilStarted(podStart: number): Promise<Pod> {
    await this.cluster.createOrAdopt(RANK);
    return new MockActivityEnvironment().run(() =>
      waitUntilStarted(this.cluster, RANK, { podStart, unschedulable: 1 }, async () => undefined),
    );
  }
}

function conflict(): ApiFailure {
  const context = { verb: 'delete', what: 'pod', server: 'https://here' };
  return new ApiFailure(context, 409, JSON.stringify({ kind: 'Status', reason: 'Conflict' }));
}

describe('the wait for a pod that the kubelet rejects', () => {
  it('creates the pod again under the same name until it runs, and notes how often', async () => {
    const node = new OnePod([REJECTED, RUNNING]);
    const started = await node.waitUntilStarted(10);
    assert.deepEqual([started.metadata.name, started.metadata.uid], ['rank', '2']);
    assert.equal(started.metadata.annotations?.['dynamo-bench/start-tries'], '2');
    assert.equal(started.metadata.annotations?.owner, 'run');
  });

  it('ends after timeouts.podStart with the last message, the number of tries and a remedy', async () => {
    await assert.rejects(new OnePod([REJECTED]).waitUntilStarted(1.5), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'PodRejected');
      assert.match(
        error.message,
        /rank on gpu-1: UnexpectedAdmissionError: .*aws\.com\/efa, .*; created 2 times within/,
      );
      assert.match(String(error.hint), /device plugin/);
      return true;
    });
  });

  it('names the reason for which the earlier pods were rejected when the last one has no answer yet', async () => {
    const pending = new OnePod([REJECTED, { phase: 'Pending' }]);
    await assert.rejects(pending.waitUntilStarted(2), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'PodRejected');
      assert.match(error.message, /UnexpectedAdmissionError: .*aws\.com\/efa, .*; created 2 times within/);
      assert.match(String(error.hint), /device plugin/);
      return true;
    });
  });

  it('continues with the count and the time limit of a worker that was restarted', async () => {
    const node = new OnePod([REJECTED]);
    const annotations = {
      'dynamo-bench/start-tries': '7',
      'dynamo-bench/start-since': new Date(Date.now() - 60_000).toISOString(),
    };
    node.pod = { ...RANK, metadata: { ...RANK.metadata, uid: 'x', annotations }, status: REJECTED };
    await assert.rejects(node.waitUntilStarted(60), /created 7 times/);
    assert.equal(node.created, 0);
  });

  it('creates the pod again that somebody deleted after it had been rejected', async () => {
    const node = new OnePod([REJECTED, RUNNING]);
    const started = node.waitUntilStarted(10);
    setTimeout(() => {
      node.pod = undefined;
    }, 200);
    assert.equal((await started).metadata.uid, '2');
  });

  it('ends at once when every other pod would be rejected too', async () => {
    const node = new OnePod([{ phase: 'Failed', reason: 'AppArmor', message: 'Cannot enforce AppArmor' }]);
    await assert.rejects(node.waitUntilStarted(60), { class: 'PodRejected' });
    assert.equal(node.created, 1);
  });

  it('reports a pod that was deleted before it was rejected as lost', async () => {
    const node = new OnePod([{ phase: 'Pending' }]);
    const started = node.waitUntilStarted(10);
    setTimeout(() => {
      node.pod = undefined;
    }, 100);
    await assert.rejects(started, { class: 'PodLost' });
  });

  it('names the reason of the scheduler when its node does not become ready in time', async () => {
    const message = '1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const node = new OnePod([{ phase: 'Pending', conditions }]);
    await assert.rejects(node.waitUntilStarted(0.1), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'Unschedulable');
      assert.match(error.message, /not-ready/);
      return true;
    });
  });

  it('names the last warning about a pod whose sandbox cannot be created', async () => {
    const node = new OnePod([{ phase: 'Pending' }]);
    const event = (lastTimestamp: string, reason: string) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: reason },
      reason,
      message: 'cni plugin not initialized',
      lastTimestamp,
    });
    node.events = [
      event('2026-01-01T00:00:02Z', 'FailedCreatePodSandBox'),
      event('2026-01-01T00:00:01Z', 'FailedMount'),
    ];
    await assert.rejects(node.waitUntilStarted(0.1), /Pending; FailedCreatePodSandBox: cni plugin not initialized/);
  });
});
