import assert from 'node:assert/strict';
import { candidatesOf, devicePluginFacts } from '../../../cluster/node-facts.js';
import type { DaemonSet, Node, Pod } from '../../../kubernetes/client/objects.js';
import { startRefusal } from '../../../kubernetes/pods/start-refusal.js';
import { deviceProblems } from '../../../suite/cluster/device-problems.js';
import { choosePair } from '../../../suite/cluster/node-choice.js';
import { spec, texts } from '../../support/candidates.js';
import { fixture } from '../../support/fixtures.js';

/** Objects of a cluster as its API server lists them. */
interface Cluster {
  readonly nodes: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly daemonSets?: readonly DaemonSet[];
}

/** Clusters of public reports, retyped and cut down: what the suite chooses there, or says. */
const REPORTED: readonly {
  readonly name: string;
  readonly seen: string;
  readonly fields?: object;
  readonly change?: (cluster: Cluster) => void;
  readonly pair?: readonly [string, string];
  readonly says?: readonly RegExp[];
  readonly neverSays?: RegExp;
}[] = [
  {
    name: 'two-zones',
    seen: 'EFA does not cross zones: the job hangs or uses TCP',
    pair: ['node-a', 'node-c'],
  },
  {
    name: 'two-zones',
    seen: 'the two named nodes are in two zones',
    fields: { nodes: { names: ['node-a', 'node-b'] } },
    says: [
      /nodes node-a and node-b: node-a is in zone us-east-1a and node-b in zone us-east-1b, and EFA does not connect/,
    ],
  },
  {
    name: 'two-zones',
    seen: 'one node in each zone',
    change: ({ nodes }) => {
      (nodes as Node[]).pop();
    },
    says: [/EFA does not connect two zones → Use two nodes of one zone/],
  },
  {
    name: 'two-zones',
    seen: 'Ethernet crosses zones',
    fields: {
      nodes: { names: ['node-a', 'node-b'] },
      fabric: { kind: 'ethernet', rate: '100Gbit/s' },
    },
    pair: ['node-a', 'node-b'],
  },
  {
    name: 'mixed-types',
    seen: 'EFA of P4d reaches only P4d',
    fields: {
      nodes: { selector: { 'node.kubernetes.io/instance-type': ['p4d.24xlarge', 'p5.48xlarge'] } },
      resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 4 }] },
    },
    pair: ['node-b', 'node-c'],
  },
  {
    name: 'mixed-types',
    seen: 'the spec allows two types, but EFA does not connect them',
    fields: {
      nodes: { names: ['node-a', 'node-b'], mixedTypes: true },
      resources: { devices: [{ resource: 'vpc.amazonaws.com/efa', count: 4 }] },
    },
    says: [/EFA of p4d instances reaches only p4d instances → Use two nodes of one instance family/],
  },
  {
    name: 'sidecar',
    seen: 'a native sidecar runs beside the containers, so its requests are added',
    says: [/node node-a: has 1 of 191 cpu free, but a rank requests 8/, /has 100 GiB of .* memory free/],
  },
  {
    name: 'dra-driver',
    seen: 'DRA serves EFA, without an extended resource',
    says: [
      /EFA devices: kube-system\/dranet .* gives out devices by DRA \(ResourceClaims\) .* → Claim the devices in resources\.claims/,
    ],
    neverSays: /Helm chart|larger instance type/,
  },
  {
    name: 'dra-driver',
    seen: 'the spec claims EFA, so that no extended resource is requested',
    fields: { resources: { claims: [{ name: 'efa', deviceClass: 'efa.networking.k8s.aws', count: 32 }] } },
    pair: ['node-a', 'node-b'],
  },
  {
    name: 'plugin-of-another-name',
    seen: 'the EFA device plugin has its own name and image',
    says: [/EFA device plugin kube-system\/efa-plugin: 1 of 2 pods are ready/],
    neverSays: /Install/,
  },
  {
    name: 'no-gpu-nodes-yet',
    seen: 'nodes come only when a pod asks for them',
    says: [/nodes: a suite needs two nodes, but 0 of 2 match .*Karpenter/],
  },
  {
    name: 'no-huge-pages',
    seen: 'no huge pages are reserved',
    says: [/node node-a: has 0 B allocatable hugepages-2Mi, .* → Reserve 2 MiB pages .*vm\.nr_hugepages/],
    neverSays: /larger instance type/,
  },
  {
    name: 'fewer-efa-attached',
    seen: 'the nodes were launched with 8 of 32 EFA interfaces',
    says: [
      /has 8 allocatable vpc\.amazonaws\.com\/efa, .* → Launch the node with all 32 EFA interfaces of p5\.48xlarge/,
    ],
    neverSays: /larger instance type/,
  },
];

describe('a cluster of a public report', () => {
  for (const { name, seen, fields = {}, change, pair, says = [], neverSays } of REPORTED) {
    it(`${name}: ${seen}`, () => {
      const cluster = JSON.parse(fixture(`clusters/${name}.json`)) as Cluster;
      change?.(cluster);
      const { nodes, pods = [], daemonSets = [] } = cluster;
      const candidates = candidatesOf(nodes, pods);
      const choice = choosePair(spec(fields), candidates);
      assert.deepEqual(choice.pair, pair && { node1: pair[0], node2: pair[1] });
      const all = choice.pair
        ? []
        : [...choice.problems, ...deviceProblems(spec(fields), candidates, daemonSets.flatMap(devicePluginFacts))];
      const text = texts(all).join('\n');
      for (const pattern of says) assert.match(text, pattern);
      assert.equal(all.length === 0, says.length === 0, text);
      if (neverSays) assert.doesNotMatch(text, neverSays);
    });
  }

  it('rejected-pod: a kubelet that restarts rejects a pod for some seconds, which passes', () => {
    const { pod } = JSON.parse(fixture('clusters/rejected-pod.json')) as { pod: Pod };
    assert.equal(startRefusal(pod)?.passing, true);
  });
});
