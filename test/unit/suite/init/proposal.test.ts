import assert from 'node:assert/strict';
import { type Proposal, type ProposalOptions, proposeSpec } from '../../../../suite/init/proposal.js';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import type { SuiteSpec } from '../../../../suite/spec/spec.js';
import { surveyedNode, surveyedPair, surveyOf } from '../../../support/surveys.js';

const EFA = { 'nvidia.com/gpu': 8, 'vpc.amazonaws.com/efa': 32, 'hugepages-2Mi': 20 * 2 ** 30 };

function propose(survey: Parameters<typeof proposeSpec>[0], options: Partial<ProposalOptions> = {}): Proposal {
  const proposal = proposeSpec(survey, { name: 's', namespace: 'bench', ...options });
  if ('problem' in proposal) throw new Error(proposal.problem);
  return proposal;
}

function specOf(...given: Parameters<typeof propose>): SuiteSpec {
  return parseSuite(propose(...given).spec);
}

function annotation({ pod }: SuiteSpec, key: string): string {
  const annotations = pod?.metadata?.annotations as Record<string, string> | undefined;
  return annotations?.[key] ?? '';
}

function commentAt({ comments }: Proposal, ...path: (string | number)[]): string {
  return comments.find((comment) => JSON.stringify(comment.path) === JSON.stringify(path))?.text ?? '';
}

describe('the proposed spec for a cluster', () => {
  it('is the plan on EFA nodes, with their devices and taints', () => {
    const taints = [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }];
    const spec = specOf(surveyOf(surveyedPair('p5.48xlarge', EFA, { taints })));
    assert.equal(spec.fabric.kind, 'efa');
    assert.deepEqual(spec.resources.devices, [{ resource: 'vpc.amazonaws.com/efa', count: 32 }]);
    assert.deepEqual(spec.resources.gpu, { resource: 'nvidia.com/gpu', count: 8 });
    assert.equal(spec.resources.memory, 128 * 2 ** 30);
    assert.deepEqual(
      spec.nodes.tolerations.map(({ key, effect }) => [key, effect]),
      [['nvidia.com/gpu', 'NoSchedule']],
    );
    assert.deepEqual(
      spec.tests.map(({ name, required }) => [name, required]),
      [
        ['ucx-native', true],
        ['nixl-libfabric', true],
        ['nixl-ucx', false],
      ],
    );
  });

  it('chooses the nodes with network devices among several types, and names the others', () => {
    const proposal = propose(
      surveyOf([
        surveyedNode('cpu-1', 'm7i.4xlarge'),
        surveyedNode('cpu-2', 'm7i.4xlarge'),
        surveyedNode('cpu-3', 'm7i.4xlarge'),
        ...surveyedPair('p5.48xlarge', EFA),
      ]),
    );
    assert.deepEqual(parseSuite(proposal.spec).nodes.selector, { 'node.kubernetes.io/instance-type': 'p5.48xlarge' });
    assert.match(commentAt(proposal, 'nodes', 'selector'), /Also in the cluster: m7i\.4xlarge × 3/);
  });

  it('does not use nodes of the control plane, cordoned nodes, or nodes that are not ready', () => {
    const control = { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] };
    const nodes = [
      surveyedNode('a', 'p5.48xlarge', EFA, control),
      surveyedNode('b', 'p5.48xlarge', EFA, { ready: false }),
    ];
    const refused = proposeSpec(surveyOf(nodes), { name: 's', namespace: 'bench' });
    assert.match('problem' in refused ? refused.problem : '', /none of the 2 nodes/);
  });

  it('does not tolerate taints that Kubernetes sets, nor those of one node only', () => {
    const disk = { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' };
    const one = surveyedNode('a', 'p5.48xlarge', EFA, {
      taints: [disk, { key: 'team', value: 'x', effect: 'NoSchedule' }],
    });
    const other = surveyedNode('b', 'p5.48xlarge', EFA, { taints: [disk] });
    assert.deepEqual(specOf(surveyOf([one, other])).nodes.tolerations, []);
  });

  it('asks for the rate of Ethernet, and then measures host memory in sizes for that rate', () => {
    const survey = surveyOf(surveyedPair('m7i.4xlarge'));
    const refused = proposeSpec(survey, { name: 's', namespace: 'bench' });
    assert.match('problem' in refused ? refused.hint : '', /--rate 25Gbit\/s/);
    const spec = specOf(survey, { fabric: 'ethernet', rate: '500Mbit/s', hostMemory: true });
    assert.deepEqual(spec.resources.devices, []);
    assert.equal(spec.resources.gpu.count, 0);
    assert.equal(spec.env.FI_PROVIDER, 'tcp');
    const native = spec.tests.find(({ tool }) => tool === 'ucx-perftest');
    assert.equal(native?.tool === 'ucx-perftest' ? native.iterations : 0, 112);
  });

  it('counts the NICs of a slot by the catalogue, and proposes UCX on InfiniBand', () => {
    const spec = specOf(surveyOf(surveyedPair('Standard_ND96isr_H100_v5', { 'nvidia.com/gpu': 8, 'rdma/ib': 63 })));
    assert.equal(spec.fabric.kind, 'infiniband');
    assert.deepEqual(spec.resources.devices, [{ resource: 'rdma/ib', count: 1, nics: 8 }]);
    assert.deepEqual(
      spec.tests.map(({ name, required }) => [name, required]),
      [
        ['ucx-native', true],
        ['nixl-ucx', true],
      ],
    );
  });

  it('attaches the networks of GKE, in their numeric order', () => {
    const names = Array.from({ length: 8 }, (_, i) => `rdma-${i}`);
    const resources = Object.fromEntries(
      names.flatMap((name) => ['', '.IP'].map((suffix) => [`networking.gke.io.networks/${name}${suffix}`, 1])),
    );
    const survey = surveyOf(surveyedPair('a3-ultragpu-8g', { 'nvidia.com/gpu': 8, ...resources }), {
      gkeNetworks: ['default', ...names.toReversed()],
    });
    const spec = specOf(survey);
    assert.equal(spec.fabric.kind, 'roce');
    assert.equal(spec.resources.devices.length, 8);
    const interfaces = JSON.parse(annotation(spec, 'networking.gke.io/interfaces'));
    assert.deepEqual(interfaces.slice(0, 3), [
      { interfaceName: 'eth0', network: 'default' },
      { interfaceName: 'eth2', network: 'rdma-0' },
      { interfaceName: 'eth3', network: 'rdma-1' },
    ]);
  });

  it('attaches the network of Multus once for each requested slot', () => {
    const survey = surveyOf(surveyedPair('BM.GPU.H100.8', { 'nvidia.com/gpu': 8, 'nvidia.com/sriov-rdma-vf': 16 }), {
      attachments: [{ name: 'default/sriov-rdma-vf', resource: 'nvidia.com/sriov-rdma-vf' }, { name: 'default/other' }],
    });
    const networks = annotation(specOf(survey), 'k8s.v1.cni.cncf.io/networks');
    assert.deepEqual(new Set(networks.split(',')), new Set(['default/sriov-rdma-vf']));
    assert.equal(networks.split(',').length, 16);
  });

  it('claims NICs that a driver of Dynamic Resource Allocation offers', () => {
    const survey = surveyOf(surveyedPair('p6-b200.48xlarge', { 'nvidia.com/gpu': 8 }), {
      draDrivers: [
        { driver: 'gpu.nvidia.com', devices: { 'node-a': 8, 'node-b': 8 } },
        { driver: 'efa.networking.k8s.aws', devices: { 'node-a': 8, 'node-b': 8 } },
      ],
      deviceClasses: ['gpu.nvidia.com', 'efa.networking.k8s.aws'],
    });
    const { resources, fabric } = specOf(survey);
    assert.equal(fabric.kind, 'efa');
    assert.deepEqual(resources.devices, []);
    const [claim] = resources.claims ?? [];
    assert.deepEqual([claim?.deviceClass, claim?.count], ['efa.networking.k8s.aws', 8]);
  });

  it('requests no more than the nodes have free', () => {
    const small = { ...EFA, cpu: 4, memory: 8 * 2 ** 30, 'hugepages-2Mi': 0 };
    const { cpu, memory, hugepages2Mi, sharedMemory } = specOf(surveyOf(surveyedPair('p5.48xlarge', small))).resources;
    assert.ok(cpu <= 4 && memory <= 8 * 2 ** 30 && sharedMemory < memory, `${cpu} ${memory} ${sharedMemory}`);
    assert.equal(hugepages2Mi, 0);
  });

  it('uses an etcd that both nodes have, when they lack the default one', () => {
    const nodes = surveyedPair('p5.48xlarge', EFA, { images: ['mirror.example/coreos/etcd:3.5.1'] });
    const proposal = propose(surveyOf(nodes));
    assert.equal(parseSuite(proposal.spec).cluster.etcdImage, 'mirror.example/coreos/etcd:3.5.1');
    assert.match(commentAt(proposal, 'cluster', 'image'), /do not list this image/);
  });

  it('names what else it found, and what the account may not list', () => {
    const { notes } = propose(
      surveyOf(surveyedPair('p5.48xlarge', EFA), {
        platform: { version: '1.2.0' },
        storageClasses: [{ name: 'fsx', isDefault: true }],
        draDrivers: undefined,
        namespaceExists: false,
      }),
    );
    const text = notes.join('\n');
    assert.match(text, /Dynamo platform 1\.2\.0: add the block dynamo/);
    assert.match(text, /Storage classes, for the models of phase 3: fsx \(default\)/);
    assert.match(text, /namespace bench does not exist: create it/);
    assert.match(text, /This account may not list: resource slices/);
  });
});
