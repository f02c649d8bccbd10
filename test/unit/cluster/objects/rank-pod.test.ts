import assert from 'node:assert/strict';
import { measuringPod, onlyContainer } from '../../../../cluster/objects/measuring-pod.js';
import { rankPod } from '../../../../cluster/objects/rank-pod.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const RUN = {
  workflowId: 'w',
  runId: 'r',
  key: '0123abcd',
  namespace: 'bench',
  leaseNamespace: 'bench',
  retryFor: 1,
};

async function podWith(efaDevices: number) {
  const spec = parseSpec({
    name: 'pods',
    resources: { devices: efaDevices > 0 ? [{ resource: 'vpc.amazonaws.com/efa', count: efaDevices }] : [] },
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
  });
  const pod = await measuringPod(RUN, podSettings(spec), 'n1');
  const ofNode = (list: unknown) => (list as { name: string }[]).filter(({ name }) => name.startsWith('node-sysfs'));
  return { mounts: ofNode(onlyContainer(pod).volumeMounts), volumes: ofNode(pod.spec.volumes) };
}

describe('a pod of the measuring image', () => {
  it('sees the node’s devices, and can write nothing below them, when it is given EFA devices', async () => {
    assert.deepEqual(await podWith(1), {
      mounts: [
        { name: 'node-sysfs-class', mountPath: '/host/sys/class', readOnly: true },
        { name: 'node-sysfs-devices', mountPath: '/host/sys/devices', readOnly: true },
      ],
      volumes: [
        { name: 'node-sysfs-class', hostPath: { path: '/sys/class', type: 'Directory' } },
        { name: 'node-sysfs-devices', hostPath: { path: '/sys/devices', type: 'Directory' } },
      ],
    });
  });

  it('has more time to end than the entry script gives the tool, and less than the suite waits', async () => {
    const spec = parseSpec({ name: 'pods', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] });
    const pod = await measuringPod(RUN, podSettings(spec), 'n1');
    assert.equal(pod.spec.terminationGracePeriodSeconds, 10);
  });

  it('sees nothing of the node without EFA devices', async () => {
    assert.deepEqual(await podWith(0), { mounts: [], volumes: [] });
  });
});

describe('an environment with a reference to a Secret', () => {
  it('reaches the pod as a reference, also from a test', async () => {
    const valueFrom = { secretKeyRef: { name: 'hf', key: 'token' } };
    const spec = parseSpec({
      name: 'pods',
      env: { HF_TOKEN: { valueFrom } },
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', env: { A_TOKEN: { valueFrom }, B: '1' } }],
    });
    const [test] = spec.tests;
    assert.ok(test);
    const pod = await measuringPod(RUN, podSettings(spec, test), 'n1');
    assert.deepEqual(onlyContainer(pod).env, [
      { name: 'FI_PROVIDER', value: 'efa' },
      { name: 'FI_HMEM_DISABLE_P2P', value: '0' },
      { name: 'HF_TOKEN', valueFrom },
      { name: 'A_TOKEN', valueFrom },
      { name: 'B', value: '1' },
    ]);
  });
});

describe('a probe pod and a rank pod', () => {
  it('may both lock memory, so that the probe sees what the ranks get', async () => {
    const spec = parseSpec({ name: 'pods', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] });
    const [test] = spec.tests;
    assert.ok(test);
    const settings = podSettings(spec);
    const rank = { run: RUN, settings, test, position: 'node1', node: 'n1', group: 'g', activeDeadline: 60 } as const;
    for (const pod of [await measuringPod(RUN, settings, 'n1'), await rankPod(rank)]) {
      assert.deepEqual(onlyContainer(pod).securityContext?.capabilities, { drop: ['ALL'], add: ['IPC_LOCK'] });
    }
  });
});

describe('a test within one node', () => {
  const rank = async (options: object, pod?: object) => {
    const spec = parseSpec({
      name: 'pods',
      ...(pod ? { pod } : {}),
      tests: [{ name: 'ucx', tool: 'nixlbench', backend: 'UCX', ...options }],
    });
    const [test] = spec.tests;
    assert.ok(test);
    const settings = podSettings(spec, test);
    return rankPod({ run: RUN, settings, test, position: 'node2', node: 'n1', group: 'g', activeDeadline: 60 });
  };
  const terms = (pod: Awaited<ReturnType<typeof rank>>) =>
    pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

  it('lets its ranks share the node, and requests the devices of the test', async () => {
    const pod = await rank({ placement: 'same-node', gpus: 4, nics: 0 });
    assert.deepEqual(terms(pod), []);
    const { limits } = onlyContainer(pod).resources ?? {};
    assert.equal(limits?.['nvidia.com/gpu'], '4');
    assert.ok(!Object.hasOwn(limits ?? {}, 'vpc.amazonaws.com/efa'));
  });

  it('keeps the ranks of other tests on different nodes', async () => {
    assert.equal(terms(await rank({})).length, 1);
    assert.equal(terms(await rank({ placement: 'two-nodes' })).length, 1);
  });
});
