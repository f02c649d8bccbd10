import assert from 'node:assert/strict';
import { choosePair } from '../../../../suite/cluster/node-choice.js';
import { meaningOf } from '../../../../suite/cluster/taints.js';
import { node, spec, texts } from '../../../support/candidates.js';

const MEANINGS: Readonly<Record<ReturnType<typeof meaningOf>, readonly string[]>> = {
  leaving: [
    'node.kubernetes.io/unschedulable',
    'node.kubernetes.io/out-of-service',
    'ToBeDeletedByClusterAutoscaler',
    'DeletionCandidateOfClusterAutoscaler',
    'karpenter.sh/disrupted',
    'karpenter.sh/disruption',
    'node.cloudprovider.kubernetes.io/shutdown',
    'cloud.google.com/impending-node-termination',
    'aws-node-termination-handler/spot-itn',
    'aws-node-termination-handler/rebalance-recommendation',
    'weave.works/kured-node-reboot',
    'sagemaker.amazonaws.com/node-health-status',
    'medik8s.io/remediation',
    'node.cluster.x-k8s.io/outdated-revision',
    'UpdateInProgress',
  ],
  starting: [
    'node.cilium.io/agent-not-ready',
    'karpenter.sh/unregistered',
    'ebs.csi.aws.com/agent-not-ready',
    'node.cloudprovider.kubernetes.io/uninitialized',
    'node.cluster.x-k8s.io/uninitialized',
    'startup-taint.cluster-autoscaler.kubernetes.io/gpu',
    'ignore-taint.cluster-autoscaler.kubernetes.io/gpu',
    'nidhogg.uswitch.com/kube-system.kiam',
    'efs.csi.aws.com/agent-not-ready',
    'readiness.k8s.io/network',
    'skyhook.nvidia.com',
  ],
  condition: ['node.kubernetes.io/not-ready', 'node.kubernetes.io/memory-pressure'],
  reserved: [
    'nvidia.com/gpu',
    'aws.amazon.com/neuron',
    'cloud.google.com/gke-preemptible',
    'cloud.google.com/gke-spot',
    'kubernetes.azure.com/scalesetpriority',
    'dedicated',
    'team',
    'training',
    'node-role.kubernetes.io/control-plane',
    'sku',
  ],
};

describe('a taint', () => {
  for (const [meaning, keys] of Object.entries(MEANINGS)) {
    for (const key of keys) it(`${key} is ${meaning}`, () => assert.equal(meaningOf({ key }), meaning));
  }

  const tainted = (key: string, fields: object = {}, changes: object = {}) => {
    const taints = [{ key, effect: 'NoSchedule' }];
    return choosePair(spec(fields), [node('a', { taints, ...changes }), node('b')]);
  };

  it('of a drain is never to be tolerated', () => {
    const { pair, problems, waitFor } = tainted('karpenter.sh/disrupted');
    assert.equal(pair, undefined);
    assert.equal(waitFor, undefined);
    assert.match(texts(problems).join(), /karpenter\.sh\/disrupted:NoSchedule.* do not tolerate/);
    assert.doesNotMatch(texts(problems).join(), /nodes\.tolerations/);
  });

  it('of a drain refuses the node although the spec tolerates every taint', () => {
    const all = { nodes: { tolerations: [{ operator: 'Exists' }] } };
    assert.equal(tainted('ToBeDeletedByClusterAutoscaler', all).pair, undefined);
    assert.ok(tainted('team', all).pair);
    const named = { nodes: { tolerations: [{ key: 'ToBeDeletedByClusterAutoscaler', operator: 'Exists' }] } };
    assert.ok(tainted('ToBeDeletedByClusterAutoscaler', named).pair);
  });

  it('of a drain on a cordoned node does not lead to the advice to uncordon it', () => {
    const { problems } = tainted('ToBeDeletedByClusterAutoscaler', {}, { schedulable: false });
    assert.doesNotMatch(texts(problems).join(), /uncordon/);
  });

  it('of a component that starts is waited for, with the devices and the readiness of the node', () => {
    const found = tainted('node.cilium.io/agent-not-ready');
    assert.equal(found.pair, undefined);
    assert.deepEqual(found.waitFor, ['the taint node.cilium.io/agent-not-ready of node a is removed']);
    const starting = node('a', { ready: false, taints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }] });
    const bare = {
      ...starting,
      facts: { ...starting.facts, allocatable: { ...starting.facts.allocatable, 'vpc.amazonaws.com/efa': 0 } },
    };
    assert.deepEqual(choosePair(spec(), [bare, node('b')]).waitFor, [
      'node a has started',
      'the taint karpenter.sh/unregistered of node a is removed',
    ]);
  });

  it('that asks to avoid a node makes it the last choice', () => {
    const taints = [{ key: 'DeletionCandidateOfClusterAutoscaler', effect: 'PreferNoSchedule' }];
    const { pair } = choosePair(spec(), [node('a', { taints }), node('b'), node('c')]);
    assert.deepEqual(pair, { node1: 'b', node2: 'c' });
    assert.ok(choosePair(spec(), [node('a', { taints }), node('b')]).pair);
  });
});
