import assert from 'node:assert/strict';
import { candidatesOf, devicePluginFacts } from '../../../../cluster/node-facts.js';
import type { DaemonSet, Node } from '../../../../kubernetes/client/objects.js';
import { deviceProblems } from '../../../../suite/cluster/device-problems.js';
import { spec, texts } from '../../../support/candidates.js';

const TYPE = 'node.kubernetes.io/instance-type';

/** Two nodes of a type with these devices, as the API server shows them. */
function nodes(allocatable: Record<string, string>, more: { labels?: object; taints?: object[] } = {}): Node[] {
  return ['a', 'b'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [TYPE]: 'p5.48xlarge', ...more.labels } },
    spec: { taints: more.taints ?? [] },
    status: {
      allocatable: { cpu: '191', memory: '2000Gi', ...allocatable },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { kubeletVersion: 'v1', osImage: 'o', kernelVersion: '6' },
    },
  })) as unknown as Node[];
}

function daemonSet(name: string, image: string, [ready, desired]: [number, number], template: object = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'devices' },
    spec: { template: { spec: { containers: [{ name: 'c', image }], ...template } } },
    status: { desiredNumberScheduled: desired, numberReady: ready },
  } as unknown as DaemonSet;
}

const affinity = (values: string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: TYPE, operator: 'In', values }] }],
      },
    },
  },
});

const GPUS = { 'nvidia.com/gpu': '8' };
const EFA_IMAGE = 'example.org/eks/aws-efa-k8s-device-plugin:v0.5';
const ib = {
  resources: { devices: [{ resource: 'rdma/ib', count: 1, nics: 8 }] },
};

describe('the cause of missing devices', () => {
  const problem = (found: readonly Node[], daemonSets: readonly DaemonSet[], fields: object = {}) =>
    texts(deviceProblems(spec(fields), candidatesOf(found, []), daemonSets.flatMap(devicePluginFacts))).join('\n');

  it('is the node affinity of the device plugin', () => {
    const plugin = daemonSet('efa', EFA_IMAGE, [0, 0], affinity(['p4d.24xlarge', 'p5.4xlarge']));
    assert.match(
      problem(nodes(GPUS), [plugin]),
      /EFA device plugin devices\/efa: does not run on a \(0 pods .*node affinity requires node\.kubernetes\.io\/instance-type In \(p4d\.24xlarge, p5\.4xlarge\), and the node has .*=p5\.48xlarge; .* → Add p5\.48xlarge to the node affinity/,
    );
  });

  it('is the node selector of the device plugin', () => {
    const plugin = daemonSet('efa', EFA_IMAGE, [1, 1], { nodeSelector: { efa: 'yes' } });
    assert.match(
      problem(nodes(GPUS), [plugin]),
      /nodeSelector requires the label efa=yes, .* does not have that label/,
    );
  });

  it('is a taint that the device plugin does not tolerate', () => {
    const tainted = nodes(GPUS, { taints: [{ key: 'team', effect: 'NoSchedule' }] });
    assert.match(
      problem(tainted, [daemonSet('efa', EFA_IMAGE, [0, 0])]),
      /does not tolerate the taint team:NoSchedule/,
    );
    const all = daemonSet('efa', EFA_IMAGE, [2, 2], { tolerations: [{ operator: 'Exists' }] });
    assert.doesNotMatch(problem(tainted, [all]), /does not tolerate/);
  });

  it('is unknown for a plugin that should run nowhere, except that it is about its placement', () => {
    assert.match(
      problem(nodes(GPUS), [daemonSet('efa', EFA_IMAGE, [0, 0])]),
      /runs on no node .*nodeSelector, node affinity/,
    );
  });

  it('is at the nodes when the device plugin is ready everywhere', () => {
    assert.match(
      problem(nodes(GPUS), [daemonSet('efa', EFA_IMAGE, [2, 2])]),
      /all 2 pods are ready .* → Launch the nodes with EFA/,
    );
  });

  it('is another name of the resource', () => {
    const found = problem(nodes({ ...GPUS, 'rdma/hca_shared_devices_a': '63' }), [], ib);
    assert.match(
      found,
      /^resource rdma\/ib: rdma\/ib is missing on a, b, but the nodes offer rdma\/hca_shared_devices_a \(63\)/,
    );
    assert.match(found, /→ Set the name of the resource in resources\.devices/);
    assert.doesNotMatch(found, /nvidia\.com\/gpu/);
  });

  it('is a spec for EFA on nodes with InfiniBand', () => {
    assert.match(problem(nodes({ ...GPUS, 'rdma/ib': '1' }), []), /offer rdma\/ib \(1\) .*fabric\.kind/);
  });

  it('is an RDMA device plugin, or none', () => {
    const shared = daemonSet('rdma-shared-dp-ds', 'nvcr.io/nvidia/mellanox/k8s-rdma-shared-dev-plugin:v1', [2, 2]);
    assert.match(
      problem(nodes(GPUS), [shared], ib),
      /RDMA device plugin devices\/rdma-shared-dp-ds: all 2 pods .*rdma\/ib is missing/,
    );
    assert.match(problem(nodes(GPUS), [], ib), /no DaemonSet of an RDMA device plugin.*Network Operator/);
  });

  it('is a driver that is not ready before the device plugin', () => {
    const mofed = daemonSet('mofed-ubuntu22.04-ds', 'nvcr.io/nvidia/mellanox/doca-driver:24', [0, 2]);
    const shared = daemonSet('rdma-shared-dp-ds', 'nvcr.io/nvidia/mellanox/k8s-rdma-shared-dev-plugin:v1', [0, 2]);
    assert.match(
      problem(nodes(GPUS), [mofed, shared], ib),
      /^RDMA device plugin devices\/mofed.*: 0 of 2 pods are ready/,
    );
    const gpuDriver = daemonSet('nvidia-driver-daemonset', 'nvcr.io/nvidia/driver:570', [0, 2]);
    const gpuPlugin = daemonSet('nvidia-device-plugin-daemonset', 'nvcr.io/nvidia/k8s-device-plugin:v0.17', [0, 2]);
    const found = problem(nodes({ 'vpc.amazonaws.com/efa': '32' }), [gpuDriver, gpuPlugin]);
    assert.match(found, /^GPU device plugin devices\/nvidia-driver-daemonset: 0 of 2 pods are ready/);
  });

  it('is the device plugin of a resource that no table has', () => {
    const fields = { resources: { devices: [{ resource: 'example.com/fastnic', count: 2 }] } };
    const plugin = daemonSet('fastnic-device-plugin', 'example.org/fastnic:1', [1, 2]);
    assert.match(
      problem(nodes(GPUS), [plugin], fields),
      /example\.com\/fastnic device plugin devices\/fastnic-device-plugin: 1 of 2/,
    );
    assert.match(problem(nodes(GPUS), [], fields), /Install the device plugin that offers example\.com\/fastnic/);
  });

  it('is a misspelt resource of GPUs, which no network device replaces', () => {
    const fields = { resources: { gpu: { resource: 'nvidia.com/gpus', count: 8 } } };
    const found = problem(nodes({ ...GPUS, 'vpc.amazonaws.com/efa': '32' }), [], fields);
    assert.match(
      found,
      /nodes offer nvidia\.com\/gpu \(8\) → Set the name of the resource in resources\.gpu\.resource/,
    );
    assert.doesNotMatch(found, /vpc|fabric\.kind/);
  });

  it('is a DRA driver, from whose nodes the device plugin keeps away on purpose', () => {
    const driver = daemonSet('dranet', 'example.org/eks/dranet:v1', [2, 2]);
    const plugin = daemonSet('efa', EFA_IMAGE, [2, 2], affinity(['p4d.24xlarge']));
    assert.match(problem(nodes(GPUS), [plugin, driver]), /^EFA devices: devices\/dranet .* by DRA/);
    const elsewhere = daemonSet('dranet', 'example.org/eks/dranet:v1', [2, 2], { nodeSelector: { dra: 'yes' } });
    assert.match(problem(nodes(GPUS), [plugin, elsewhere]), /Add p5\.48xlarge to the node affinity/);
  });

  it('may be a plugin whose name says nothing, in any root directory of the kubelet', () => {
    for (const path of ['/var/lib/kubelet/device-plugins', '/var/lib/k0s/kubelet/device-plugins/']) {
      const plugin = daemonSet('fabric', 'example.org/fabric:1', [1, 2], {
        volumes: [{ name: 's', hostPath: { path } }],
      });
      const found = problem(nodes(GPUS), [plugin]);
      assert.match(found, /devices\/fabric \(example\.org\/fabric:1\), of which 1 of 2 pods are ready/);
      assert.match(found, /→ Check whether one of these should offer vpc\.amazonaws\.com\/efa/);
    }
  });

  it('is not a driver that should run nowhere, because the image of the nodes has it', () => {
    const driver = daemonSet('nvidia-driver-daemonset', 'nvcr.io/nvidia/driver:570', [0, 0]);
    const plugin = daemonSet('nvidia-device-plugin-daemonset', 'nvcr.io/nvidia/k8s-device-plugin:v0.17', [0, 2]);
    const found = problem(nodes({ 'vpc.amazonaws.com/efa': '32' }), [driver, plugin]);
    assert.match(found, /^GPU device plugin devices\/nvidia-device-plugin-daemonset: 0 of 2/);
  });

  it('is an instance type without EFA', () => {
    for (const type of ['g5.4xlarge', 'ml.m7i.large']) {
      const found = problem(nodes(GPUS, { labels: { [TYPE]: type } }), [], { nodes: { names: ['a', 'b'] } });
      assert.match(found, /the suite knows no EFA of .* → Choose nodes whose instance type has EFA/);
      assert.doesNotMatch(found, /Install/);
    }
  });

  it('is a DRA driver of GPUs', () => {
    const driver = daemonSet('nvidia-dra-driver-gpu-kubelet-plugin', 'nvcr.io/nvidia/k8s-dra-driver-gpu:v25', [2, 2]);
    const found = problem(nodes({ 'vpc.amazonaws.com/efa': '32' }), [driver]);
    assert.match(found, /GPU devices: .* by DRA .*nvidia\.com\/gpu is missing .*set resources\.gpu\.count to 0/);
  });
});
