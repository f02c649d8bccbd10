import assert from 'node:assert/strict';
import { measuringPod, onlyContainer, rankPod } from '../../../activities/rank-pod.js';
import { parseSpec } from '../../../suite/spec.js';
import { podSettings } from '../../../workflows/set-up.js';

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
    resources: { efa: { count: efaDevices } },
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
  });
  const pod = await measuringPod(RUN, podSettings(spec), 'n1');
  const named = (list: unknown) => (list as { name: string }[]).find(({ name }) => name === 'node-sysfs');
  return { mount: named(onlyContainer(pod).volumeMounts), volume: named(pod.spec.volumes) };
}

describe('a pod of the measuring image', () => {
  it('sees the node’s /sys, and cannot write it, when it is given EFA devices', async () => {
    assert.deepEqual(await podWith(1), {
      mount: { name: 'node-sysfs', mountPath: '/host/sys', readOnly: true },
      volume: { name: 'node-sysfs', hostPath: { path: '/sys', type: 'Directory' } },
    });
  });

  it('sees nothing of the node without EFA devices', async () => {
    assert.deepEqual(await podWith(0), { mount: undefined, volume: undefined });
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
      assert.deepEqual(onlyContainer(pod).securityContext, { capabilities: { add: ['IPC_LOCK'] } });
    }
  });
});
