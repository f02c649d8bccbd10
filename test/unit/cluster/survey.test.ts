import assert from 'node:assert/strict';
import { surveyCluster } from '../../../cluster/survey.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';
import type { Kind } from '../../../kubernetes/client/resources.js';

const object = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'K', metadata: { name }, ...more });

const NODE = object('gpu-1', {
  spec: {},
  status: {
    allocatable: { cpu: '8' },
    capacity: {},
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1', osImage: 'o', kernelVersion: '6.1', containerRuntimeVersion: 'c' },
    images: [{ names: ['registry.example/etcd@sha256:1', 'registry.example/etcd:3'] }, {}],
  },
});

const slice = (nodeName: string | undefined, devices: number) =>
  object(`slice-${nodeName}`, { spec: { driver: 'dra.net', nodeName, devices: Array.from({ length: devices }) } });

/** A cluster with these objects, by kind. A number is the status with which the API server refuses the list. */
function clusterOf(lists: Readonly<Record<string, object[] | number>>): Cluster {
  const fake = {
    version: async () => 'v1.37.2',
    find: async ({ kind }: Kind) => {
      if (lists[kind] !== 403) return undefined;
      throw new ApiFailure({ verb: 'get', what: kind, server: 'https://api' }, 403, '');
    },
    list: async ({ kind }: Kind) => {
      const found = lists[kind] ?? 404;
      if (typeof found !== 'number') return found;
      throw new ApiFailure({ verb: 'list', what: kind, server: 'https://api' }, found, '');
    },
  };
  return fake as unknown as Cluster;
}

const survey = (lists: Parameters<typeof clusterOf>[0]) =>
  surveyCluster(clusterOf({ Node: [NODE], Pod: [], ...lists }), { namespace: 'bench' });

describe('the survey of a cluster', () => {
  it('finds images on nodes, devices of drivers by node, and networks with their resource', async () => {
    const found = await survey({
      ResourceSlice: [slice('gpu-1', 4), slice('gpu-1', 4), slice('gpu-2', 8), slice(undefined, 1)],
      DeviceClass: [object('dra.net')],
      NetworkAttachmentDefinition: [
        object('sriov', {
          metadata: {
            name: 'sriov',
            namespace: 'default',
            annotations: { 'k8s.v1.cni.cncf.io/resourceName': 'nvidia.com/vf' },
          },
        }),
      ],
      StorageClass: [
        object('fsx', {
          metadata: { name: 'fsx', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        }),
      ],
    });
    assert.deepEqual(found.nodes[0]?.images, ['registry.example/etcd@sha256:1', 'registry.example/etcd:3']);
    assert.deepEqual(found.draDrivers, [{ driver: 'dra.net', devices: { 'gpu-1': 8, 'gpu-2': 8 } }]);
    assert.deepEqual(found.deviceClasses, ['dra.net']);
    assert.deepEqual(found.attachments, [{ name: 'default/sriov', resource: 'nvidia.com/vf' }]);
    assert.deepEqual(found.storageClasses, [{ name: 'fsx', isDefault: true }]);
    assert.equal(found.namespaceExists, false);
  });

  it('counts as free what a run measures with, and as used what a kept deployment holds', async () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'dynamo-bench',
      'app.kubernetes.io/component': 'decode',
      'dynamo-bench/graph': 'k-1',
      'dynamo-bench/kept': 'true',
    };
    const pod = {
      metadata: { name: 'p', namespace: 'n', labels },
      spec: { nodeName: 'gpu-1', containers: [{ name: 'c', resources: { requests: { cpu: '6' } } }] },
    };
    const free = async (deployment: object) => {
      const { nodes } = await survey({ Pod: [pod], Deployment: [{ metadata: { name: 'd', labels: deployment } }] });
      return nodes[0]?.facts.free.cpu;
    };
    assert.equal(await free({ 'dynamo-bench/run': 'k-1' }), 8);
    assert.equal(await free({}), 2);
  });

  it('distinguishes kinds that the cluster lacks from lists that the account may not read', async () => {
    const { nodePools, draDrivers } = await survey({ ResourceSlice: 403 });
    assert.deepEqual(nodePools, []);
    assert.equal(draDrivers, undefined);
  });

  it('needs no permission to read the namespace or the definition of Dynamo', async () => {
    const { namespaceExists, platform } = await survey({ Namespace: 403, CustomResourceDefinition: 403 });
    assert.equal(namespaceExists, undefined);
    assert.match('missing' in platform ? platform.missing : '', /may not read/);
  });

  it('does not hide other failures of the API server', async () => {
    await assert.rejects(survey({ DeviceClass: 500 }), ApiFailure);
  });
});
