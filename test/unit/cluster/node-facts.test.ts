import assert from 'node:assert/strict';
import { candidatesOf, devicePluginFacts } from '../../../cluster/node-facts.js';
import type { DaemonSet, Node, Pod } from '../../../kubernetes/client/objects.js';
import { choosePair } from '../../../suite/cluster/node-choice.js';
import { spec, texts } from '../../support/candidates.js';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'gpu-1',
    labels: {
      'node.kubernetes.io/instance-type': 'p5.48xlarge',
      'topology.kubernetes.io/zone': 'us-east-1a',
      'topology.k8s.aws/network-node-layer-3': 'nn-3',
      'kubernetes.io/hostname': 'gpu-1',
    },
  },
  spec: {},
  status: {
    allocatable: { 'vpc.amazonaws.com/efa': '32', memory: '2052371068Ki' },
    capacity: {},
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1', osImage: 'o', kernelVersion: '6.1', containerRuntimeVersion: 'c' },
  },
};

function pod(nodeName: string, efa: string): Pod {
  const container = { name: 'c', resources: { limits: { 'vpc.amazonaws.com/efa': efa } } };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { nodeName, containers: [container] } };
}

describe('nodes as the API server shows them', () => {
  it('have free what no pod of theirs asks for', () => {
    const [candidate] = candidatesOf([node], [pod('gpu-1', '4'), pod('gpu-1', '1'), pod('gpu-2', '8')]);
    assert.equal(candidate?.facts.free['vpc.amazonaws.com/efa'], 27);
    assert.equal(candidate.facts.allocatable['vpc.amazonaws.com/efa'], 32);
    assert.equal(candidate.ready, true);
  });

  const measuring = (component: string) => {
    const found = pod('gpu-1', '32');
    found.metadata.labels = {
      'app.kubernetes.io/managed-by': 'dynamo-bench',
      'app.kubernetes.io/component': component,
    };
    return found;
  };

  for (const component of ['rank', 'prefill', 'decode', 'worker', 'load']) {
    it(`count what a suite’s ${component} holds as free, because its node is claimed and waited for`, () => {
      const [candidate] = candidatesOf([node], [measuring(component)]);
      assert.equal(candidate?.facts.free['vpc.amazonaws.com/efa'], 32);
    });
  }

  it('count the resources of a kept deployment as used, because no run releases them', () => {
    const [kept, measures] = [measuring('decode'), measuring('prefill')];
    const [candidate] = candidatesOf([node], [kept, measures], new Set([kept]));
    assert.equal(candidate?.facts.free['vpc.amazonaws.com/efa'], 0);
  });

  it('have the labels of their location in the network', () => {
    const [candidate] = candidatesOf([node], []);
    assert.deepEqual(candidate?.facts.topology, {
      'topology.kubernetes.io/zone': 'us-east-1a',
      'topology.k8s.aws/network-node-layer-3': 'nn-3',
    });
  });

  it('are not used when a monitor of the provider found a defect', () => {
    const marked = (name: string, conditions: object[], labels: Record<string, string> = {}): Node => ({
      ...node,
      metadata: { name, labels: { ...node.metadata.labels, ...labels } },
      status: { ...node.status, conditions: [{ type: 'Ready', status: 'True' }, ...conditions] as never },
    });
    const found = candidatesOf(
      [
        marked('gpu', [{ type: 'AcceleratedHardwareReady', status: 'False', reason: 'NvidiaXID79Error' }]),
        marked('hyperpod', [], { 'sagemaker.amazonaws.com/node-health-status': 'Unschedulable' }),
        marked('fine', [{ type: 'KernelReady', status: 'True' }], {
          'sagemaker.amazonaws.com/node-health-status': 'Schedulable',
        }),
      ],
      [],
    );
    const problems = texts(choosePair(spec(), found).problems).join('\n');
    assert.match(
      problems,
      /node gpu: has the condition AcceleratedHardwareReady=False \(NvidiaXID79Error\), .* → Use an/,
    );
    assert.match(problems, /node hyperpod: has the label sagemaker.*=Unschedulable, by which/);
    assert.doesNotMatch(problems, /node fine: has the/);
  });

  it('have a type and a zone by the former labels too, and may be being deleted', () => {
    const labels = {
      'beta.kubernetes.io/instance-type': 'p4d.24xlarge',
      'failure-domain.beta.kubernetes.io/zone': 'us-east-1b',
    };
    const metadata = { name: 'gpu-2', labels, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const [candidate] = candidatesOf([{ ...node, metadata }], []);
    assert.equal(candidate?.facts.instanceType, 'p4d.24xlarge');
    assert.equal(candidate?.facts.zone, 'us-east-1b');
    assert.equal(candidate?.leaving, true);
  });

  it('device plugins are known by name, image or mount', () => {
    const daemonSet = (name: string, image: string): DaemonSet => ({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: 'kube-system' },
      spec: { template: { spec: { containers: [{ name: 'c', image }] } } },
      status: { desiredNumberScheduled: 2, numberReady: 1 },
    });
    assert.deepEqual(devicePluginFacts(daemonSet('x', 'ecr/eks/aws-efa-k8s-device-plugin:v0.5.20')), [
      {
        name: 'x',
        namespace: 'kube-system',
        image: 'ecr/eks/aws-efa-k8s-device-plugin:v0.5.20',
        desired: 2,
        ready: 1,
      },
    ]);
    const isKnown = (name: string, image: string, volumes: object[] = []) => {
      const found = daemonSet(name, image);
      Object.assign(found.spec.template.spec, { volumes });
      return devicePluginFacts(found).length === 1;
    };
    assert.ok(!isKnown('kube-proxy', 'kube-proxy:1'));
    assert.ok(!isKnown('default-agent', 'example.org/default:1'), 'the letters of EFA are in many words');
    assert.ok(isKnown('efa-plugin', 'registry.example.org/team/x:1'));
    assert.ok(isKnown('dranet', 'example.org/dranet:1'));
    const sockets = [{ name: 's', hostPath: { path: '/var/lib/kubelet/device-plugins' } }];
    assert.ok(isKnown('shared-dp', 'example.org/shared:1', sockets), 'by the folder of the kubelet’s sockets');
  });
});
