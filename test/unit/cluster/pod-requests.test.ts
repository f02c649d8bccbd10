import assert from 'node:assert/strict';
import { candidatesOf } from '../../../cluster/node-facts.js';
import { podRequests } from '../../../cluster/pod-requests.js';
import type { Node, Pod } from '../../../kubernetes/client/objects.js';

const container = (cpu: string | number, more: object = {}) => ({
  name: 'c',
  resources: { requests: { cpu } },
  ...more,
});
const sidecar = (cpu: string | number) => container(cpu, { restartPolicy: 'Always' });

function pod(spec: object, status: object = {}, metadata: object = {}): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec, status } as unknown as Pod;
}

describe('the requests of a pod', () => {
  const cases: readonly [what: string, spec: object, status: object, cpu: number][] = [
    ['are those of its containers together', { containers: [container(1), container('500m')] }, {}, 1.5],
    [
      'are those of the largest init container, if they are more',
      { containers: [container(1)], initContainers: [container(2), container(5)] },
      {},
      5,
    ],
    ['count a sidecar beside the containers', { containers: [container(2)], initContainers: [sidecar(3)] }, {}, 5],
    [
      'count a sidecar beside the init containers that run after it, not before it',
      { containers: [container(1)], initContainers: [container(8), sidecar(3), container(4)] },
      {},
      8,
    ],
    [
      'count all sidecars that have started before an init container',
      { containers: [container(1)], initContainers: [sidecar(3), sidecar(3), container(4)] },
      {},
      10,
    ],
    [
      'are those of the whole pod where it sets them',
      { containers: [container(1)], resources: { requests: { cpu: 7 } } },
      {},
      7,
    ],
    [
      'are not replaced by a limit of the whole pod when a container sets them',
      { containers: [container(1)], resources: { limits: { cpu: 7 } } },
      {},
      1,
    ],
    [
      'are the limit of the whole pod when no container sets them',
      { containers: [{ name: 'c' }], resources: { limits: { cpu: 7 } } },
      {},
      7,
    ],
    [
      'are the limits where they are not set',
      { containers: [{ name: 'c', resources: { limits: { cpu: 3 } } }] },
      {},
      3,
    ],
    ['include the overhead of the runtime class', { containers: [container(1)], overhead: { cpu: '250m' } }, {}, 1.25],
    [
      'are those before a smaller resize until the node has applied it',
      { containers: [container(1)] },
      { containerStatuses: [{ name: 'c', allocatedResources: { cpu: '4' } }] },
      4,
    ],
    [
      'are those before a resize that the node cannot give',
      { containers: [container(9)] },
      {
        containerStatuses: [{ name: 'c', allocatedResources: { cpu: '4' } }],
        conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
      },
      4,
    ],
  ];
  for (const [what, spec, status, cpu] of cases) {
    it(what, () => assert.equal(podRequests(pod(spec, status)).cpu, cpu));
  }

  it('of the whole pod do not replace those of devices', () => {
    const devices = { name: 'c', resources: { limits: { 'nvidia.com/gpu': 8 } } };
    const requests = podRequests(pod({ containers: [devices], resources: { requests: { cpu: 1 } } }));
    assert.deepEqual(requests, { 'nvidia.com/gpu': 8, cpu: 1 });
  });
});

describe('the free resources of a node', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels: {} },
    spec: {},
    status: {
      allocatable: { cpu: '10', pods: '3' },
      capacity: {},
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1', osImage: 'o', kernelVersion: '6', containerRuntimeVersion: 'c' },
    },
  } as Node;
  const free = (...pods: Pod[]) => candidatesOf([node], pods)[0]?.facts.free;
  const one = { nodeName: 'n', containers: [container(4)] };

  it('are less by a pod and its place', () => assert.deepEqual(free(pod(one)), { cpu: 6, pods: 2 }));

  it('are not less by a pod that has ended', () => {
    assert.deepEqual(free(pod(one, { phase: 'Succeeded' }), pod(one, { phase: 'Failed' })), { cpu: 10, pods: 3 });
  });

  it('are less by a pod for which the scheduler makes room there, unless its priority is lower than that of a rank', () => {
    const nominated = (priority: number) =>
      pod({ containers: [container(4)], priority }, { phase: 'Pending', nominatedNodeName: 'n' });
    assert.equal(free(nominated(100))?.cpu, 6);
    assert.equal(free(nominated(-1))?.cpu, 10);
  });

  it('are not less by a pod that waits for any node', () => {
    assert.equal(free(pod({ containers: [container(4)] }, { phase: 'Pending' }))?.cpu, 10);
  });

  it('become more when a pod ends that has been asked to', () => {
    const ending = pod(one, { phase: 'Running' }, { namespace: 'ns', deletionTimestamp: '2026-11-30T10:00:00Z' });
    const [candidate] = candidatesOf([node], [ending, pod(one)]);
    assert.equal(candidate?.facts.free.cpu, 2);
    assert.deepEqual(candidate?.ending, [{ namespace: 'ns', name: 'p', requests: { cpu: 4, pods: 1 } }]);
  });
});
