import assert from 'node:assert/strict';
import { findLeftovers, removeLeftovers } from '../../../cluster/leftovers.js';
import { operatorObjects } from '../../../cluster/operator-objects.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import type { Kind } from '../../../kubernetes/client/resources.js';

const PLACE = { namespace: 'n', leaseNamespace: 'n' };
const RUNS = { namespaceId: async () => 'here', isOpen: async () => false };

function graph(deleted: boolean): KubernetesObject {
  return {
    apiVersion: 'nvidia.com/v1beta1',
    kind: 'DynamoGraphDeployment',
    metadata: {
      name: 'd',
      namespace: 'n',
      uid: 'u',
      labels: { 'dynamo-bench/run': 'k-2' },
      annotations: { 'dynamo-bench/workflow-id': 'r-stuck', 'dynamo-bench/temporal-namespace': 'here' },
      finalizers: ['nvidia.com/finalizer'],
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
  };
}

function clusterWith(objects: readonly KubernetesObject[], deleted: string[] = []): Cluster {
  const cluster = {
    list: async ({ kind }: Kind) => objects.filter((object) => object.kind === kind),
    find: async ({ kind }: Kind, _: string, name: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === name),
    delete: async ({ kind }: Kind, _: string, name: string) => void deleted.push(`${kind}/${name}`),
  };
  return cluster as unknown as Cluster;
}

describe('what an ended run left in the cluster', () => {
  it('includes a deployment of the operator, which is removed', async () => {
    const deleted: string[] = [];
    const [leftovers] = await removeLeftovers(clusterWith([graph(false)], deleted), PLACE, RUNS);
    assert.deepEqual(leftovers?.objects, ['DynamoGraphDeployment/d']);
    assert.equal(leftovers?.stuck, undefined);
    assert.deepEqual(deleted, ['DynamoGraphDeployment/d']);
  });

  it('names a deployment that waits for its finalizer, and the state of the operator', async () => {
    const [leftovers] = await findLeftovers(clusterWith([graph(true)]), PLACE, RUNS);
    assert.deepEqual(leftovers, {
      key: 'k-2',
      workflowId: 'r-stuck',
      state: 'remove',
      objects: [],
      stuck: [
        'DynamoGraphDeployment n/d was deleted at 2026-01-01T00:00:00Z and waits for the finalizer nvidia.com/finalizer, which the Dynamo operator removes; the cluster has no Dynamo operator',
      ],
    });
  });

  it('is found in a cluster without the kinds of Dynamo', async () => {
    const list = async ({ kind }: Kind) => {
      if (kind === 'DynamoGraphDeployment')
        throw new ApiFailure({ verb: 'list', what: kind, server: 'https://api' }, 404, '');
      return [];
    };
    assert.deepEqual(await findLeftovers({ list } as unknown as Cluster, PLACE, RUNS), []);
  });
});

describe('the objects of the Dynamo operator in a namespace', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'planner-serviceaccount' } };

  it('are named, because they have no owner and stay', async () => {
    assert.deepEqual(await operatorObjects(clusterWith([account]), 'n'), ['ServiceAccount/planner-serviceaccount']);
  });

  it('are left out by an account that may not read them', async () => {
    const find = async () => {
      throw new ApiFailure({ verb: 'get', what: 'x', server: 'https://api' }, 403, '');
    };
    assert.deepEqual(await operatorObjects({ find } as unknown as Cluster, 'n'), []);
  });
});
