import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../../activities/context/context.js';
import { etcdActivities } from '../../../../activities/run/etcd.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };

function pod(name: string, status: NonNullable<Pod['status']>, more: object = {}): Pod {
  const metadata = { name, namespace: 'bench', ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'gpu-1', containers: [] }, status };
}

const REJECTED = pod('etcd-1', { phase: 'Failed', reason: 'OutOfcpu', message: 'Pod was rejected: not enough cpu' });

function activities(pods: readonly Pod[]) {
  const context = {
    cluster: () => ({ apply: async () => undefined, list: async () => pods }),
    owned: async (_run: unknown, object: KubernetesObject) => object,
  } as unknown as ActivityContext;
  return etcdActivities(context);
}

function deploy(pods: readonly Pod[]): Promise<string> {
  const image = { image: 'etcd:1', imagePullPolicy: 'Never' as const, tolerations: [] };
  return new MockActivityEnvironment().run(() =>
    activities(pods).deployEtcd({ run: RUN, ...image, readyTimeout: 0.2 }),
  );
}

describe('the etcd of a run whose pod the kubelet has rejected', () => {
  it('is not ready in time, with the reason and the remedy, and may become ready in a retry', async () => {
    await assert.rejects(deploy([REJECTED]), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'EtcdNotReady');
      assert.match(error.message, /etcd-1 on gpu-1: OutOfcpu: Pod was rejected/);
      assert.match(String(error.hint), /^Free the resource/);
      return true;
    });
  });

  it('is that of the pod that its Deployment has created in its place', async () => {
    const waiting = { reason: 'ContainerCreating' };
    const next = pod('etcd-2', { phase: 'Pending', containerStatuses: [{ name: 'etcd', state: { waiting } }] });
    await assert.rejects(deploy([REJECTED, next]), /was not ready after 0\.2 s: ContainerCreating/);
    // The kubelet is about to start the container again.
    const terminated = { exitCode: 137, reason: 'Error' };
    const restarting = pod('etcd-2', {
      phase: 'Running',
      containerStatuses: [{ name: 'etcd', state: { terminated } }],
    });
    const restarts = await deploy([REJECTED, restarting]).catch((error: Error) => error.message);
    assert.doesNotMatch(String(restarts), /etcd-1|OutOfcpu/);
  });

  it('is not ready while its only pod is being deleted', async () => {
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const deleted = pod('etcd-1', ready, { deletionTimestamp: '2026-01-01T00:00:00Z' });
    const wiped = new MockActivityEnvironment().run(() => activities([deleted]).wipeEtcd({ run: RUN }));
    await assert.rejects(wiped, { class: 'EtcdNotReady' });
  });
});
