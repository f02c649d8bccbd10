import assert from 'node:assert/strict';
import type { Candidate } from '../../../../suite/cluster/candidate.js';
import { efaPluginProblems } from '../../../../suite/cluster/device-plugin.js';
import { choosePair } from '../../../../suite/cluster/node-choice.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const GI = 2 ** 30;
const spec = (fields: object = {}) =>
  parseSpec({ name: 's', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }], ...fields });

function node(
  name: string,
  changes: Partial<Candidate> & { free?: Record<string, number>; type?: string } = {},
): Candidate {
  const allocatable = {
    'nvidia.com/gpu': 8,
    'vpc.amazonaws.com/efa': 32,
    cpu: 192,
    memory: 2000 * GI,
    'hugepages-2Mi': 10 * GI,
  };
  const { free, type = 'p5.48xlarge', ...rest } = changes;
  return {
    facts: {
      name,
      instanceType: type,
      zone: 'z',
      kubeletVersion: 'v',
      osImage: 'o',
      kernelVersion: 'k',
      allocatable,
      free: { ...allocatable, ...free },
    },
    labels: { 'node.kubernetes.io/instance-type': type },
    schedulable: true,
    ready: true,
    taints: [],
    ...rest,
  };
}

const texts = (problems: readonly { subject: string; message: string; hint: string }[]) =>
  problems.map(({ subject, message, hint }) => `${subject}: ${message} → ${hint}`);

describe('choice of the pair', () => {
  it('takes the first two nodes that fit, EKS and HyperPod names alike', () => {
    const { pair, problems } = choosePair(spec(), [
      node('c'),
      node('b', { type: 'ml.p5.48xlarge' }),
      node('a', { ready: false }),
    ]);
    assert.deepEqual(pair, { node1: 'b', node2: 'c' });
    assert.deepEqual(problems, []);
  });

  it('does not ask for a toleration of what Kubernetes says of a node that is not ready', () => {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }];
    const { problems } = choosePair(spec(), [node('a', { taints }), node('b', { taints, ready: false })]);
    assert.deepEqual(
      problems.map(({ subject }) => subject),
      ['node a', 'node b'],
    );
    assert.match(texts(problems)[0] ?? '', /node\.kubernetes\.io\/not-ready:NoExecute/);
    assert.doesNotMatch(texts(problems).join(), /nodes\.tolerations/);
  });

  it('takes named nodes in the order of the spec', () => {
    assert.deepEqual(choosePair(spec({ nodes: { names: ['z', 'a'] } }), [node('a'), node('z')]).pair, {
      node1: 'z',
      node2: 'a',
    });
  });

  it('says which instance types there are when too few match', () => {
    const { pair, problems } = choosePair(spec(), [
      node('a'),
      node('x', { type: 'm5.large' }),
      node('y', { type: 'm5.large' }),
    ]);
    assert.equal(pair, undefined);
    assert.match(texts(problems)[0] ?? '', /1 of 3 match .*p5\.48xlarge.*: p5\.48xlarge × 1, m5\.large × 2/);
  });

  it('names every problem of every node at once, with what to do', () => {
    const { problems } = choosePair(spec({ resources: { efa: { count: 33 } } }), [
      node('a', { taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] }),
      node('b', { free: { 'nvidia.com/gpu': 0, memory: GI }, schedulable: false }),
    ]);
    const all = texts(problems).join('\n');
    assert.match(all, /node a: .*32 allocatable vpc\.amazonaws\.com\/efa, .* 33/);
    assert.match(all, /node a: has the taint team=x:NoSchedule, .* Add \{"key": "team"/);
    assert.match(all, /node b: .*kubectl uncordon b/);
    assert.match(all, /node b: .*0 of 8 nvidia\.com\/gpu free, .* 8/);
    assert.match(all, /node b: .*1 GiB of 1\.95 TiB memory free/);
  });

  it('tolerates what the spec tolerates', () => {
    const gpu = { taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }] };
    assert.ok(choosePair(spec(), [node('a', gpu), node('b', gpu)]).pair);
  });

  it('reports a named node that does not exist', () => {
    assert.match(
      texts(choosePair(spec({ nodes: { names: ['a', 'nope'] } }), [node('a')]).problems)[0] ?? '',
      /^node nope: /,
    );
  });
});

describe('EFA device plugin', () => {
  const without = node('a');
  const bare: Candidate = {
    ...without,
    facts: { ...without.facts, allocatable: { ...without.facts.allocatable, 'vpc.amazonaws.com/efa': 0 } },
  };

  it('is not asked for when every node offers EFA, whatever its name', () => {
    assert.deepEqual(efaPluginProblems(spec(), [node('a')], []), []);
  });

  it('is missing when no node offers EFA and no DaemonSet is there', () => {
    assert.match(
      texts(efaPluginProblems(spec(), [bare], []))[0] ?? '',
      /^EFA device plugin: no DaemonSet .*vpc\.amazonaws\.com\/efa .* a /,
    );
  });

  it('is unhealthy under any release name', () => {
    const plugin = {
      name: 'rel-aws-efa-k8s-device-plugin',
      namespace: 'kube-system',
      image: 'x/aws-efa-k8s-device-plugin:v0.5.20',
      desired: 2,
      ready: 1,
    };
    assert.match(texts(efaPluginProblems(spec(), [bare], [plugin]))[0] ?? '', /kube-system\/rel-aws-efa.*1 of 2 pods/);
  });
});
