import assert from 'node:assert/strict';
import type { Candidate } from '../../../../suite/cluster/candidate.js';
import { distanceText, locationLabels, pairLocation } from '../../../../suite/cluster/location.js';
import { choosePair } from '../../../../suite/cluster/node-choice.js';
import { node, spec, texts } from '../../../support/candidates.js';

/** A node at a place, with changes. */
function at(name: string, topology: Record<string, string>, changes: Parameters<typeof node>[1] = {}): Candidate {
  const found = node(name, changes);
  return { ...found, facts: { ...found.facts, topology: locationLabels(topology) } };
}

const nearest = (...candidates: Candidate[]) => {
  const { pair } = choosePair(spec(), candidates);
  return pair && `${pair.node1} ${pair.node2}`;
};

describe('the nearest pair', () => {
  const layers = (one: string, two: string, three: string) => ({
    'topology.k8s.aws/network-node-layer-1': one,
    'topology.k8s.aws/network-node-layer-2': two,
    'topology.k8s.aws/network-node-layer-3': three,
  });

  it('shares the innermost layer of the network of AWS', () => {
    const nodes = [
      at('a', layers('1', '2', '3')),
      at('b', layers('1', '2', '4')),
      at('c', layers('1', '2', '4')),
      at('d', layers('9', '2', '3')),
    ];
    assert.equal(nearest(...nodes), 'b c');
    assert.equal(nearest(...nodes.slice(0, 2), ...nodes.slice(3)), 'a b', 'layer 2 below another layer 1 says nothing');
  });

  const pairs: readonly [cloud: string, labels: readonly string[]][] = [
    ['GKE', ['cloud.google.com/gce-topology-block', 'cloud.google.com/gce-topology-subblock']],
    ['OKE', ['oci.oraclecloud.com/rdma.hpc_island_id', 'oci.oraclecloud.com/rdma.local_block_id']],
    ['CoreWeave', ['backend.coreweave.cloud/superpod', 'backend.coreweave.cloud/leafgroup']],
    ['Topograph', ['network.topology.nvidia.com/spine', 'network.topology.nvidia.com/leaf']],
    ['Topograph, tiers', ['fabric.topograph.run/tier-1', 'fabric.topograph.run/tier-0']],
    ['Nebius', ['topology.nebius.com/tier-2', 'topology.nebius.com/tier-1']],
    ['labels of another origin', ['topology.example.com/spine', 'topology.example.com/rack']],
  ];
  for (const [cloud, [outer = '', inner = '']] of pairs) {
    it(`is known by the labels of ${cloud}`, () => {
      const place = (o: string, i: string) => ({ [outer]: o, [inner]: i });
      const nodes = [
        at('a', place('1', 'x')),
        at('b', place('2', 'y')),
        at('c', place('1', 'z')),
        at('d', place('2', 'y')),
      ];
      assert.equal(nearest(...nodes), 'b d');
      assert.equal(nearest(...nodes.slice(0, 3)), 'a c');
    });
  }

  it('is the first by name when no label says anything', () => {
    assert.equal(nearest(node('c'), node('b'), node('a')), 'a b');
  });

  it('has a distance in words, from the outermost label to the innermost', () => {
    const zone = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r' };
    const found = pairLocation({ ...layers('1', '2', '3'), ...zone }, { ...zone, ...layers('1', '2', '4') });
    assert.equal(
      distanceText(found),
      'same topology.kubernetes.io/region, topology.kubernetes.io/zone, topology.k8s.aws/network-node-layer-1, topology.k8s.aws/network-node-layer-2; different topology.k8s.aws/network-node-layer-3',
    );
    assert.equal(distanceText(pairLocation({}, zone)), undefined);
  });

  const types = (fields: object = {}) =>
    choosePair(
      spec({ nodes: { selector: { 'node.kubernetes.io/instance-type': ['p5.48xlarge', 'p5e.48xlarge'] }, ...fields } }),
      [node('a'), node('b', { type: 'p5e.48xlarge' })],
    );

  it('has one instance type, unless the spec allows two', () => {
    const { pair, problems } = types();
    assert.equal(pair, undefined);
    assert.match(
      texts(problems).join(),
      /nodes a and b: a is a p5\.48xlarge and b a p5e\.48xlarge .*nodes\.mixedTypes/,
    );
    assert.deepEqual(types({ mixedTypes: true }).pair, { node1: 'a', node2: 'b' });
  });

  it('has one instance type where possible, although the spec allows two', () => {
    const { pair } = choosePair(
      spec({
        nodes: { mixedTypes: true, selector: { 'node.kubernetes.io/instance-type': ['p5.48xlarge', 'p5e.48xlarge'] } },
      }),
      [node('a'), node('b', { type: 'p5e.48xlarge' }), node('c')],
    );
    assert.deepEqual(pair, { node1: 'a', node2: 'c' });
  });

  it('is named with the zones and types of all nodes when there is none', () => {
    const zones = ['x', 'y', 'z'].map((zone) => {
      const found = node(`in-${zone}`);
      return { ...found, facts: { ...found.facts, zone } };
    });
    const { problems } = choosePair(spec(), zones);
    assert.match(
      texts(problems).join(),
      /^nodes: no two of the 3 nodes that fit .*in-x \(p5\.48xlarge, zone x\), in-y .*, in-z .*; for example, in-x is in zone x/,
    );
  });

  it('is not one node that the spec names twice', () => {
    const { pair, problems } = choosePair(spec({ nodes: { names: ['a', 'a'] } }), [node('a'), node('b')]);
    assert.equal(pair, undefined);
    assert.match(texts(problems).join(), /node a: is both nodes of the pair/);
  });

  it('is waited for while pods end whose resources it needs', () => {
    const ending = [{ namespace: 'ns', name: 'old', requests: { 'nvidia.com/gpu': 8 } }];
    const busy = node('a', { free: { 'nvidia.com/gpu': 0 }, ending });
    assert.deepEqual(choosePair(spec(), [busy, node('b')]).waitFor, ['pod ns/old on node a ends']);
    assert.ok(choosePair(spec(), [busy, node('b'), node('c')]).pair, 'another node needs no wait');
    const half = node('a', {
      free: { 'nvidia.com/gpu': 0 },
      ending: [{ ...ending[0], requests: { 'nvidia.com/gpu': 4 } } as never],
    });
    assert.equal(choosePair(spec(), [half, node('b')]).waitFor, undefined, 'the rest is not freed');
  });

  const connected = (fabric: object, a: Record<string, string>, b: Record<string, string>) => {
    const labelled = (name: string, labels: Record<string, string>) => {
      const found = node(name);
      const zone = labels['topology.kubernetes.io/zone'] ?? 'unknown';
      return { ...found, facts: { ...found.facts, zone }, labels: { ...found.labels, ...labels } };
    };
    return choosePair(spec({ fabric }), [labelled('a', a), labelled('b', b)]).pair !== undefined;
  };
  const zones = (a: string, b: string) =>
    [{ 'topology.kubernetes.io/zone': a }, { 'topology.kubernetes.io/zone': b }] as const;

  it('is in one zone with every fabric but Ethernet', () => {
    for (const kind of ['efa', 'infiniband', 'roce']) {
      assert.equal(connected({ kind }, ...zones('x-1', 'x-2')), false, kind);
      assert.equal(connected({ kind }, ...zones('x-1', 'x-1')), true, kind);
      assert.equal(connected({ kind }, ...zones('0', '1')), true, 'fault domains of Azure are not zones');
      assert.equal(connected({ kind }, {}, zones('x-1', 'x-1')[0]), true, 'an unknown zone says nothing');
    }
    assert.equal(connected({ kind: 'ethernet', rate: '100Gbit/s' }, ...zones('x-1', 'x-2')), true);
  });

  it('is in one zone by the identifier too, which only some nodes have', () => {
    const at = (name: string, id?: string) => {
      const one = node(name);
      const labels = { ...one.labels, ...(id === undefined ? {} : { 'topology.k8s.aws/zone-id': id }) };
      return { ...one, labels, facts: { ...one.facts, zone: 'unknown' } };
    };
    assert.deepEqual(choosePair(spec(), [at('a', 'use1-az1'), at('b', 'use1-az2'), at('c', 'use1-az1')]).pair, {
      node1: 'a',
      node2: 'c',
    });
    assert.deepEqual(choosePair(spec(), [at('a', 'use1-az1'), at('b')]).pair, { node1: 'a', node2: 'b' });
  });

  it('has no node that is being deleted', () => {
    const choice = choosePair(spec(), [node('a', { leaving: true, schedulable: false }), node('b')]);
    assert.deepEqual(texts(choice.problems), [
      'node a: is being deleted → Use another node, or wait until the node is replaced',
    ]);
  });

  it('is in one network of the fabric, where labels name it', () => {
    const pool = (name: string) => ({ 'kubernetes.azure.com/agentpool': name });
    assert.equal(connected({ kind: 'infiniband' }, pool('a'), pool('b')), false);
    assert.equal(connected({ kind: 'infiniband' }, pool('a'), pool('a')), true);
    assert.equal(connected({ kind: 'ethernet', rate: '100Gbit/s' }, pool('a'), pool('b')), true);
    const fabric = (name: string) => ({ 'backend.coreweave.cloud/fabric': name });
    assert.equal(connected({ kind: 'roce' }, fabric('a'), fabric('b')), false);
  });
});
