import assert from 'node:assert/strict';
import { choosePair } from '../../../../suite/cluster/node-choice.js';
import { GI, node, spec, texts } from '../../../support/candidates.js';

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
    const { problems } = choosePair(
      spec({ resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 33 }] } }),
      [
        node('a', { taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] }),
        node('b', { free: { 'nvidia.com/gpu': 0, memory: GI }, schedulable: false }),
      ],
    );
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

  const shortage = (changes: Record<string, number>, type?: string, resources: object = {}) => {
    const short = (name: string) => {
      const full = node(name, type ? { type } : {});
      const facts = { ...full.facts, allocatable: { ...full.facts.allocatable, ...changes } };
      return { ...full, facts };
    };
    const selector = { 'node.kubernetes.io/instance-type': type ?? 'p5.48xlarge' };
    return texts(choosePair(spec({ resources, nodes: { selector } }), [short('a'), short('b')]).problems)[0] ?? '';
  };

  it('says that a node was launched with fewer EFA devices than its type has', () => {
    const found = shortage({ 'vpc.amazonaws.com/efa': 8 });
    assert.match(
      found,
      /has 8 allocatable .* → Launch the node with all 32 EFA interfaces of p5\.48xlarge .*Karpenter/,
    );
    assert.doesNotMatch(found, /larger instance type/);
  });

  it('says to request fewer EFA devices only where the type has no more', () => {
    const found = shortage({ 'vpc.amazonaws.com/efa': 4 }, 'p4d.24xlarge', {
      devices: [{ resource: 'vpc.amazonaws.com/efa', count: 8 }],
    });
    assert.match(
      found,
      /→ Set the count of vpc\.amazonaws\.com\/efa in resources\.devices to at most 4, or use an instance type with more NICs/,
    );
  });

  it('says that somebody must reserve huge pages', () => {
    assert.match(shortage({ 'hugepages-2Mi': 0 }), /hugepages-2Mi, .* → Reserve 2 MiB pages .*vm\.nr_hugepages/);
  });

  it('says to launch a node with all EFA devices of its type, and to request no more than these', () => {
    const devices = [{ resource: 'vpc.amazonaws.com/efa', count: 32 }];
    assert.match(
      shortage({ 'vpc.amazonaws.com/efa': 8 }, 'p5en.48xlarge', { devices }),
      /→ Launch the node with all 16 EFA interfaces .* and set the count of .* to at most 16, or without that to at most 8/,
    );
  });

  it('says that one slot of RDMA grants all NICs', () => {
    const devices = [{ resource: 'rdma/ib', count: 8 }];
    assert.match(
      shortage({ 'rdma/ib': 1 }, 'Standard_ND96isr_H100_v5', { devices }),
      /→ Set the count of rdma\/ib in resources\.devices to 1 and its nics to .* \(8 on Standard_ND96isr_H100_v5/,
    );
  });

  it('leaves the cause of devices that are missing altogether to the problem that names it', () => {
    for (const resource of ['vpc.amazonaws.com/efa', 'nvidia.com/gpu']) {
      const found = shortage({ [resource]: 0 });
      assert.match(found, /→ Solve the problem of the (?:EFA|GPU) devices that this check names/);
      assert.doesNotMatch(found, /[Ss]tart the device plugin|Install/);
    }
    assert.match(shortage({ 'nvidia.com/gpu': 7 }), /→ Find the missing GPUs of the 8 of p5\.48xlarge/);
  });

  it('recommends nodes.provision where nodes come only for waiting pods, for sure when an autoscaler shows', () => {
    const others = [node('x', { type: 'm7i.large' }), node('y', { type: 'm7i.large' })];
    const hint = (autoscaler?: string) => texts(choosePair(spec(), others, autoscaler).problems)[0] ?? '';
    assert.match(hint(), /0 of 2 match .* → Add nodes .*; if an autoscaler .*, set nodes\.provision: true/);
    assert.match(hint('Karpenter'), /0 of 2 match .* → Set nodes\.provision: true, because Karpenter/);
    const named = spec({ nodes: { names: ['gone-1', 'gone-2'] } });
    assert.match(
      texts(choosePair(named, others, 'Karpenter').problems)[0] ?? '',
      /replace nodes\.names by nodes\.selec/,
    );
  });
});
