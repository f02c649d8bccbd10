import assert from 'node:assert/strict';
import { claimTemplates } from '../../../../cluster/objects/device-claims.js';
import { plannedObjects } from '../../../../cluster/objects/planned-objects.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';
import { parseSuite } from '../../../../suite/plan/check-suite.js';
import { refusals } from '../../../../suite/plan/refusals.js';
import { gpusOfWorker, nicsOfPod } from '../../../../suite/spec/rank-resources.js';
import { checkSpec } from '../../../../suite/spec/spec.js';

const TESTS = [{ name: 't', tool: 'nixlbench', backend: 'UCX' }];
const EFA = { name: 'efa', deviceClass: 'efa.networking.k8s.aws', count: 8 };
const run = { workflowId: 'w', runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 1 };
const parse = (resources: object, others: object = {}) => parseSuite({ name: 's', tests: TESTS, resources, ...others });

function problemsOf(claim: object): string[] {
  const checked = checkSpec({ name: 's', tests: TESTS, resources: { claims: [{ name: 'efa', ...claim }] } });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('claims of devices', () => {
  it('count as NICs, and leave no device to request from a plugin', () => {
    const { resources } = parse({ claims: [EFA] });
    assert.deepEqual(resources.devices, []);
    assert.equal(nicsOfPod(resources), 8);
    const nics = (claims: object[], devices?: object[]) =>
      nicsOfPod(parse({ claims, ...(devices ? { devices } : {}) }).resources);
    assert.equal(nics([{ ...EFA, nics: 16 }]), 16);
    assert.equal(nics([{ name: 'x', template: 'y', nics: 4 }, EFA]), 12);
    assert.equal(
      nics([{ name: 'gpu', deviceClass: 'gpu.nvidia.com', count: 8 }]),
      32,
      'GPUs leave the EFA of the plugin',
    );
    assert.equal(nics([EFA], [{ resource: 'rdma/ib', count: 1, nics: 2 }]), 10);
  });

  it('are compared with the NICs of the instance type', () => {
    const spec = parse({ claims: [{ ...EFA, count: 64 }], gpu: { count: 0 } });
    assert.match(
      refusals(spec)[0]?.message ?? '',
      /^have 32 NICs; a rank requests claim efa of 64 efa\.networking\.k8s\.aws$/,
    );
  });

  it('count as GPUs where their class has GPUs, also for a test that transfers GPU memory', () => {
    const gpus = (...claims: object[]) =>
      gpusOfWorker({
        gpu: 1,
        claims: parse({ claims: claims.map((claim, i) => ({ name: `c${i}`, ...claim })) }).resources.claims,
      });
    assert.equal(gpus({ deviceClass: 'gpu.nvidia.com', count: 4 }, { deviceClass: 'mig.nvidia.com' }), 6);
    assert.equal(gpus({ deviceClass: 'gpu.nvidia.com', allocationMode: 'All', nics: 0 }), 2, 'at least one');
    assert.equal(gpus(EFA, { deviceClass: 'compute-domain-daemon.nvidia.com' }, { template: 'gpu' }), 1);
    const refused = (resources: object) => refusals(parse({ gpu: { count: 0 }, ...resources })).map((it) => it.message);
    assert.match(refused({}).join(), /needs 1 GPU in each rank/);
    assert.deepEqual(refused({ claims: [{ name: 'gpu', deviceClass: 'gpu.nvidia.com' }] }), []);
  });

  it('are whole, so that a test cannot have a part of them', () => {
    const check = (nics: number) =>
      checkSpec({ name: 's', tests: [{ ...TESTS[0], nics }], resources: { claims: [EFA] } });
    assert.ok('spec' in check(8));
    for (const [nics, expected] of [
      [4, /4 is less than the 8 NICs of resources\.claims, which every rank gets as a whole/],
      [9, /9 is more than the 8 NICs of resources\.claims/],
    ] as const) {
      const checked = check(nics);
      assert.match('problems' in checked ? (checked.problems[0]?.message ?? '') : '', expected);
    }
  });

  for (const [claim, expected] of [
    [{}, /claims\[0\]\.deviceClass: is missing/],
    [{ deviceClass: 'a', template: 'b' }, /claims\[0\]\.template: is set beside deviceClass/],
    [{ template: 'b', count: 2 }, /claims\[0\]\.count: belongs to deviceClass; remove it: the template has it already/],
    [{ deviceClass: 'a', allocationMode: 'All' }, /claims\[0\]\.nics: is missing/],
    [
      { deviceClass: 'a', allocationMode: 'All', nics: 1, count: 1 },
      /claims\[0\]\.count: is set beside allocationMode All/,
    ],
    [{ deviceClass: 'a', clas: 1 }, /claims\[0\]: unknown key "clas"; did you mean/],
  ] as const) {
    it(`are refused: ${JSON.stringify(claim)}`, () => {
      const problems = problemsOf(claim);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', expected);
    });
  }

  it('become templates that the run object owns', () => {
    const claims = [
      { ...EFA, selectors: ['device.attributes["x"].y == 1'] },
      { name: 'all', deviceClass: 'c', allocationMode: 'All' as const, nics: 1 },
      { name: 'own', template: 'mine' },
    ];
    const [efa, all, ...others] = claimTemplates(
      run,
      { rank: claims, worker: [EFA] },
      { annotations: {}, ownerUid: 'u' },
    );
    assert.deepEqual(efa, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: {
        name: 'bench-k-rank-efa',
        namespace: 'n',
        labels: { 'app.kubernetes.io/managed-by': 'dynamo-bench', 'dynamo-bench/run': 'k' },
        annotations: {},
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'bench-k', uid: 'u' }],
      },
      spec: {
        spec: {
          devices: {
            requests: [
              {
                name: 'efa',
                exactly: {
                  deviceClassName: 'efa.networking.k8s.aws',
                  allocationMode: 'ExactCount',
                  count: 8,
                  selectors: [{ cel: { expression: 'device.attributes["x"].y == 1' } }],
                },
              },
            ],
          },
        },
      },
    });
    assert.deepEqual(all?.spec as object, {
      spec: { devices: { requests: [{ name: 'all', exactly: { deviceClassName: 'c', allocationMode: 'All' } }] } },
    });
    assert.deepEqual(
      others.map(({ metadata }) => metadata.name),
      ['bench-k-worker-efa'],
    );
  });

  for (const deployWith of ['operator', 'manifests'] as const) {
    it(`and the patch are in every pod of a plan with deployWith ${deployWith}`, async () => {
      const others = {
        pod: {
          metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'rdma' } },
          spec: {
            runtimeClassName: 'nvidia',
            resourceClaims: [{ name: 'mine', resourceClaimName: 'm' }],
            containers: [{ name: 'rank', resources: { claims: [{ name: 'mine' }] } }],
          },
        },
        dynamo: {
          deployWith,
          model: { name: 'm' },
          tests: [{ name: 'load', tool: 'inference' }],
          resources: { claims: [EFA], nics: 0 },
          pod: { metadata: { labels: { 'kai.scheduler/queue': 'q' } }, spec: { priorityClassName: 'high' } },
        },
      };
      const objects = (await plannedObjects(parse({ claims: [EFA, { name: 'shared', claim: 'c' }] }, others))).map(
        ({ object }) => object,
      );
      const templates = objects
        .filter(({ kind }) => kind === 'ResourceClaimTemplate')
        .map(({ metadata }) => metadata.name);
      assert.deepEqual(templates, ['bench-00000000-rank-efa', 'bench-00000000-worker-efa']);
      const pods = objects.filter(({ kind }) => kind === 'Pod') as Pod[];
      assert.equal(pods.length, 4, 'two probes and two ranks');
      for (const { metadata, spec } of pods) {
        assert.equal(metadata.annotations?.['k8s.v1.cni.cncf.io/networks'], 'rdma');
        assert.equal(metadata.labels?.['app.kubernetes.io/managed-by'], 'dynamo-bench');
        assert.equal(spec.runtimeClassName, 'nvidia');
        assert.deepEqual(spec.resourceClaims, [
          { name: 'mine', resourceClaimName: 'm' },
          { name: 'efa', resourceClaimTemplateName: 'bench-00000000-rank-efa' },
          { name: 'shared', resourceClaimName: 'c' },
        ]);
        assert.deepEqual(spec.containers[0]?.resources?.claims, [
          { name: 'mine' },
          { name: 'efa' },
          { name: 'shared' },
        ]);
        assert.ok(
          spec.volumes?.some(({ name }) => name === 'node-sysfs-class'),
          'the counters of claimed NICs',
        );
        assert.equal(spec.containers[0]?.resources?.limits?.['vpc.amazonaws.com/efa'], undefined);
      }
      const workers = workerTemplates(objects);
      assert.equal(workers.length, 2);
      for (const { metadata, spec } of workers) {
        assert.equal(metadata?.labels?.['kai.scheduler/queue'], 'q');
        assert.equal(spec.priorityClassName, 'high');
        assert.deepEqual(spec.resourceClaims, [
          { name: 'efa', resourceClaimTemplateName: 'bench-00000000-worker-efa' },
        ]);
        assert.deepEqual(spec.containers[0]?.resources?.claims, [{ name: 'efa' }]);
        assert.ok(spec.affinity?.podAntiAffinity, 'workers of different roles on different nodes');
      }
      const frontends = JSON.stringify(objects).match(/"priorityClassName"/g) ?? [];
      assert.equal(frontends.length, workers.length, 'only workers are patched');
    });
  }
});

type Template = { metadata?: { labels?: Record<string, string> }; spec: Pod['spec'] };

function workerTemplates(objects: readonly KubernetesObject[]): Template[] {
  return objects.flatMap((object): Template[] => {
    if (object.kind === 'DynamoGraphDeployment') {
      const { components } = object.spec as { components: { type: string; podTemplate: Template }[] };
      return components.filter(({ type }) => type !== 'frontend').map(({ podTemplate }) => podTemplate);
    }
    const template = object.kind === 'Deployment' ? (object.spec as { template: Template }).template : undefined;
    return template && /prefill|decode/.test(object.metadata.name) ? [template] : [];
  });
}
