import assert from 'node:assert/strict';
import { findPlatform } from '../../../cluster/dynamo-platform.js';
import { readOccupiedNodes } from '../../../cluster/occupied-nodes.js';
import { missingPermissions } from '../../../cluster/permissions.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import type { Kind } from '../../../kubernetes/client/resources.js';
import { deviceProblems } from '../../../suite/cluster/device-problems.js';
import { parseSpec } from '../../../suite/spec/spec.js';

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'gpu-1', labels: { gpu: 'yes' } },
  spec: {},
  status: {
    allocatable: { 'nvidia.com/gpu': '8' },
    capacity: {},
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1', osImage: 'o', kernelVersion: '6.1', containerRuntimeVersion: 'c' },
  },
};

const OWN_POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'bench' },
  spec: { nodeName: 'gpu-1', containers: [{ name: 'c', resources: { requests: { 'nvidia.com/gpu': '2' } } }] },
};

const CRD = { spec: { versions: [{ name: 'v1beta1', served: true }] }, metadata: { name: 'dynamographdeployments' } };

/** A cluster in which the account may list nodes, but pods only in the namespace `bench`. */
function narrowCluster(status = 403): Cluster {
  const narrow = {
    list: async (kind: Kind, namespace: string | undefined): Promise<KubernetesObject[]> => {
      if (kind.kind === 'Node') return [NODE];
      if (kind.kind === 'Pod' && namespace === 'bench') return [OWN_POD];
      throw new ApiFailure({ verb: 'list', what: kind.kind, server: 'https://api' }, status, '');
    },
    find: async () => CRD,
    post: async (_path: string, { spec }: { spec: { resourceAttributes: Record<string, string> } }) => {
      const { namespace, resource } = spec.resourceAttributes;
      return { status: { allowed: namespace === 'bench' || (resource === 'nodes' && namespace === '') } };
    },
  };
  return narrow as unknown as Cluster;
}

describe('an account that may not read other namespaces', () => {
  it('sees nodes, and the devices that its own pods occupy', async () => {
    const { candidates, devicePlugins, onlyOwnPods } = await readOccupiedNodes(narrowCluster(), 'bench');
    assert.equal(candidates[0]?.facts.free['nvidia.com/gpu'], 6);
    assert.equal(devicePlugins, undefined);
    assert.equal(onlyOwnPods, true);
  });

  it('counts what a deployment holds that a run of its own namespace has kept', async () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'dynamo-bench',
      'app.kubernetes.io/component': 'decode',
      'dynamo-bench/kept': 'true',
    };
    const pod = { ...OWN_POD, metadata: { ...OWN_POD.metadata, labels } };
    const free = async (deployment: object) => {
      const { list, ...cluster } = narrowCluster();
      const own = async (kind: Kind, namespace: string) => {
        if (kind.kind === 'Deployment') return [{ metadata: { name: 'd', labels: deployment } }];
        return kind.kind === 'Pod' && namespace === 'bench' ? [pod] : list(kind, namespace);
      };
      const { candidates } = await readOccupiedNodes({ ...cluster, list: own } as unknown as Cluster, 'bench');
      return candidates[0]?.facts.free['nvidia.com/gpu'];
    };
    assert.equal(await free({ 'dynamo-bench/run': 'k-1' }), 8);
    assert.equal(await free({}), 6);
  });

  it('does not hide another failure', async () => {
    await assert.rejects(readOccupiedNodes(narrowCluster(400), 'bench'), { class: 'Rejected' });
  });

  it('gets no report of a missing device plugin that it may not see', async () => {
    const { candidates, devicePlugins } = await readOccupiedNodes(narrowCluster(), 'bench');
    const spec = parseSpec({
      name: 's',
      nodes: { selector: { gpu: 'yes' } },
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    });
    const [problem] = deviceProblems(spec, candidates, devicePlugins);
    assert.match(problem?.message ?? '', /vpc\.amazonaws\.com\/efa is missing on gpu-1; .* may not list DaemonSets/);
  });

  it('finds Dynamo by its resource definition alone', async () => {
    assert.deepEqual(await findPlatform(narrowCluster()), { version: 'unknown' });
  });

  it('lacks optional permissions only, and those of another namespace for locks', async () => {
    const own = await missingPermissions(narrowCluster(), { namespace: 'bench', leaseNamespace: 'bench' });
    assert.deepEqual(own.optional, [
      'list pods in the whole cluster',
      'list daemonsets in the whole cluster',
      'list deployments in the whole cluster',
      'get dynamographdeployments in the whole cluster',
      'list events in the whole cluster',
      'get customresourcedefinitions in the whole cluster',
    ]);
    assert.deepEqual(own.required, ['get customresourcedefinitions in the whole cluster']);
    const shared = await missingPermissions(narrowCluster(), { namespace: 'bench', leaseNamespace: 'locks' });
    assert.ok(shared.required.includes('create leases in locks'));
  });
});
