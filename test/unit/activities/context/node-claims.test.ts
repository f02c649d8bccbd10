import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityContext } from '../../../../activities/context/context.js';
import type { NodeHolder } from '../../../../activities/context/node-claims.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../../../kubernetes/client/objects.js';
import type { Kind } from '../../../../kubernetes/client/resources.js';
import { leaseName } from '../../../../suite/run/object-names.js';
import type { Run } from '../../../../suite/run/run.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN: Run = { workflowId: 'mine', runId: 'r', key: 'k-1', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const RUN_OBJECT = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bench-k-1', namespace: 'n' } };

/** A cluster that keeps objects by kind and name. Of the selectors it knows those for an absent label. */
class FakeCluster {
  readonly objects: KubernetesObject[] = [];

  readonly find = async ({ kind }: Kind, _: string | undefined, name: string) =>
    this.objects.find((object) => object.kind === kind && object.metadata.name === name);

  readonly list = async ({ kind }: Kind, _?: string, { labelSelector = '' }: { labelSelector?: string } = {}) => {
    const absent = labelSelector.split(',').flatMap((term) => (term.startsWith('!') ? [term.slice(1)] : []));
    return this.objects.filter(
      (object) => object.kind === kind && !absent.some((label) => label in (object.metadata.labels ?? {})),
    );
  };

  readonly create = async (object: KubernetesObject) => {
    const metadata = { ...object.metadata, uid: 'u', resourceVersion: '1' };
    this.objects.push({ ...object, metadata });
  };

  readonly delete = async ({ kind }: Kind, _: string | undefined, name: string) => {
    const at = this.objects.findIndex((object) => object.kind === kind && object.metadata.name === name);
    if (at >= 0) this.objects.splice(at, 1);
  };

  leases(): string[] {
    return this.objects.filter(({ kind }) => kind === 'Lease').map(({ metadata }) => metadata.name);
  }
}

describe('the lock of a node', () => {
  const at = temporaryStore();
  let cluster: FakeCluster;
  let isOpen: boolean;

  beforeEach(() => {
    cluster = new FakeCluster();
    isOpen = true;
  });

  function claims() {
    const { store, schedules } = at.context;
    const runs = {
      namespaceId: async () => 'here',
      isOpen: async () => isOpen,
      status: async () => ({ state: 'open' }) as const,
    };
    return new ActivityContext({ store, runs, schedules, connect: () => cluster as unknown as Cluster }).claims;
  }

  async function take(): Promise<NodeHolder | undefined> {
    const nodes = claims();
    return (await new MockActivityEnvironment().run(() => nodes.take(RUN, ['gpu-1'], () => false))) as
      | NodeHolder
      | undefined;
  }

  it('is taken while the run object exists', async () => {
    cluster.objects.push(RUN_OBJECT);
    assert.equal(await take(), undefined);
    assert.equal(cluster.leases().length, 1);
  });

  it('is not taken by a late step of a run that has been closed', async () => {
    await assert.rejects(take(), { class: 'NodeClaimLost' });
    assert.deepEqual(cluster.leases(), []);
  });

  it('is not created again by a late renewal of a run that has been closed', async () => {
    const renewed = claims();
    await assert.rejects(
      new MockActivityEnvironment().run(() => renewed.renew(RUN, ['gpu-1'])),
      {
        class: 'NodeClaimLost',
      },
    );
    assert.deepEqual(cluster.leases(), []);
  });

  describe('of another run', () => {
    const annotations = { 'dynamo-bench/workflow-id': 'r-stuck', 'dynamo-bench/temporal-namespace': 'here' };
    const graph = {
      apiVersion: 'nvidia.com/v1beta1',
      kind: 'DynamoGraphDeployment',
      metadata: {
        name: 'd',
        namespace: 'n',
        deletionTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['nvidia.com/finalizer'],
      },
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'd-decode',
        namespace: 'n',
        annotations,
        labels: { 'dynamo-bench/graph': 'k-2', 'nvidia.com/dynamo-graph-deployment-name': 'd' },
      },
      spec: { nodeName: 'gpu-1', containers: [{ name: 'main' }] },
      status: {},
    };

    beforeEach(() => {
      cluster.objects.push(RUN_OBJECT, graph, pod);
    });

    it('says nothing more while that run is open', async () => {
      assert.deepEqual(await take(), { node: 'gpu-1', workflowId: 'r-stuck', namespace: 'n' });
    });

    it('names the stuck deployment, its finalizer and the operator when that run has ended', async () => {
      isOpen = false;
      assert.equal(
        (await take())?.left,
        'its pod n/d-decode still exists; DynamoGraphDeployment n/d was deleted at 2026-01-01T00:00:00Z and waits for the finalizer nvidia.com/finalizer, which the Dynamo operator removes; the cluster has no Dynamo operator',
      );
    });

    it('is that of a failed deployment that should have been kept, and not that of a kept one', async () => {
      const marked = { ...pod.metadata.labels, 'dynamo-bench/kept': 'true' };
      const metadata = { ...graph.metadata, labels: { 'dynamo-bench/graph': 'k-2', 'dynamo-bench/run': 'k-2' } };
      const withGraph = (of: object) =>
        cluster.objects.splice(
          0,
          Infinity,
          RUN_OBJECT,
          { ...graph, metadata: { ...metadata, ...of } },
          { ...pod, metadata: { ...pod.metadata, labels: marked } },
        );
      withGraph({});
      assert.equal((await take())?.workflowId, 'r-stuck');
      withGraph({ labels: { 'dynamo-bench/graph': 'k-2' } });
      assert.equal(await take(), undefined);
    });

    it('does not judge a run of another Temporal server', async () => {
      isOpen = false;
      pod.metadata.annotations['dynamo-bench/temporal-namespace'] = 'elsewhere';
      assert.equal((await take())?.left, undefined);
      pod.metadata.annotations['dynamo-bench/temporal-namespace'] = 'here';
    });

    it('expires by itself when that run has ended and left nothing else', async () => {
      isOpen = false;
      cluster.objects.splice(0, Infinity, RUN_OBJECT);
      cluster.objects.push({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: leaseName('gpu-1'), namespace: 'n', annotations },
        spec: { holderIdentity: 'k-2' },
      });
      assert.match((await take())?.left ?? '', /^its lock n\/\S+ expires within 90 s$/);
    });
  });
});
