import assert from 'node:assert/strict';
import { type HolderInput, holderPod } from '../../../../cluster/objects/holder-pod.js';
import { keeperPod } from '../../../../cluster/objects/keeper-pod.js';
import { rankPod } from '../../../../cluster/objects/rank-pod.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';
import { spec } from '../../../support/candidates.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const SPEC = spec({
  cluster: { imagePullSecret: 'registry' },
  nodes: {
    provision: true,
    selector: { 'node.kubernetes.io/instance-type': ['p5.48xlarge', 'p5e.48xlarge'], pool: 'gpu' },
    tolerations: [{ key: 'team', operator: 'Exists' }],
  },
});
const INPUT: HolderInput = {
  run: RUN,
  settings: podSettings(SPEC),
  selector: SPEC.nodes.selector,
  index: 2,
  sameZone: true,
  limit: 1800.5,
};
const NEVER_DISRUPT = {
  'karpenter.sh/do-not-disrupt': 'true',
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
};

describe('the pod that asks for a node', () => {
  it('requests the devices of a rank, and room for the keeper, but no huge pages, which Karpenter does not know', async () => {
    const { spec } = await holderPod(INPUT);
    const [rank, keeper] = spec.containers;
    const devices = { 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': '32', memory: '128Gi' };
    assert.deepEqual(rank?.resources, { requests: { ...devices, cpu: '8' }, limits: devices });
    assert.deepEqual(keeper?.resources?.requests, { cpu: '1m', memory: '16Mi' });
    assert.equal(keeper?.image, SPEC.cluster.image);
    assert.deepEqual([spec.tolerations, spec.imagePullSecrets], [SPEC.nodes.tolerations, [{ name: 'registry' }]]);
    assert.equal(spec.activeDeadlineSeconds, 2401);
  });

  it('describes its node by the labels of nodes.selector and without matchFields, which Karpenter refuses', async () => {
    const pod = await holderPod(INPUT);
    assert.deepEqual(pod.spec.affinity?.nodeAffinity, {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['p5.48xlarge', 'p5e.48xlarge'] },
              { key: 'pool', operator: 'In', values: ['gpu'] },
            ],
          },
        ],
      },
    });
    assert.doesNotMatch(JSON.stringify(pod), /matchFields/);
    const anywhere = await holderPod({ ...INPUT, selector: {} });
    assert.equal(anywhere.spec.affinity?.nodeAffinity, undefined);
  });

  it('needs the zone of the other one only for a fabric that ends there', async () => {
    const zone = (await holderPod(INPUT)).spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(zone, [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'holder', 'dynamo-bench/run': '0123abcd' } },
      },
    ]);
    assert.equal((await holderPod({ ...INPUT, sameZone: false })).spec.affinity?.podAffinity, undefined);
  });

  it('stays away from the other one, and from the nodes of other runs in all namespaces', async () => {
    const { affinity } = (await holderPod(INPUT)).spec;
    const terms = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    assert.ok(terms.every(({ topologyKey }) => topologyKey === 'kubernetes.io/hostname'));
    const own = terms.find(({ labelSelector }) => labelSelector?.matchLabels?.['dynamo-bench/run'] === '0123abcd');
    assert.equal(own?.labelSelector?.matchLabels?.['app.kubernetes.io/component'], 'holder');
    const others = terms.find(({ namespaceSelector }) => namespaceSelector);
    assert.deepEqual(others?.namespaceSelector, {});
    const [component, run] = others?.labelSelector?.matchExpressions ?? [];
    for (const name of ['rank', 'holder', 'keeper', 'decode']) assert.ok(component?.values?.includes(name), name);
    assert.deepEqual(run, { key: 'dynamo-bench/run', operator: 'NotIn', values: ['0123abcd'] });
  });

  it('is found under the same name by every step', async () => {
    const { metadata } = await holderPod(INPUT);
    assert.equal(metadata.name, 'bench-0123abcd-holder-2');
    assert.equal(metadata.labels?.['app.kubernetes.io/component'], 'holder');
  });
});

describe('the pod that keeps a node', () => {
  it('is bound to it, forbids its removal, and takes no devices, volumes or host network', async () => {
    const pod = await keeperPod({ run: RUN, settings: podSettings(SPEC), node: 'gpu-7', index: 1 });
    assert.equal(pod.metadata.name, 'bench-0123abcd-keeper-1');
    assert.equal(pod.metadata.labels?.['app.kubernetes.io/component'], 'keeper');
    assert.deepEqual(pod.metadata.annotations, NEVER_DISRUPT);
    const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(required?.nodeSelectorTerms, [
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['gpu-7'] }] },
    ]);
    assert.deepEqual(pod.spec.containers[0]?.resources, {
      requests: { cpu: '1m', memory: '16Mi' },
      limits: { memory: '64Mi' },
    });
    assert.deepEqual([pod.spec.volumes, pod.spec.hostNetwork], [undefined, undefined]);
    assert.deepEqual(pod.spec.tolerations, SPEC.nodes.tolerations);
  });
});

it('a rank forbids the removal of its node as well', async () => {
  const [test] = SPEC.tests;
  assert.ok(test);
  const pod = await rankPod({
    run: RUN,
    settings: podSettings(SPEC),
    test,
    position: 'node1',
    node: 'gpu-7',
    group: 'g',
    activeDeadline: 60,
  });
  assert.deepEqual(pod.metadata.annotations, NEVER_DISRUPT);
});
