import assert from 'node:assert/strict';
import type { Pod } from '../../../../kubernetes/client/objects.js';
import { startRefusal } from '../../../../kubernetes/pods/start-refusal.js';

function pod(status: NonNullable<Pod['status']>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'rank', namespace: 'bench', uid: '1' },
    spec: { nodeName: 'gpu-1', containers: [{ name: 'main', image: 'i:1' }] },
    status,
  };
}

const rejected = (reason: string, message: string) =>
  pod({ phase: 'Failed', reason, message: `Pod was rejected: ${message}` });
const waits = (reason: string, message: string) =>
  pod({ phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason, message } } }] });
const ended = (reason: string, message: string, status: Pod['status'] = {}) =>
  pod({
    phase: 'Failed',
    ...status,
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 128, reason, message } } }],
  });

describe('a pod that the kubelet has rejected', () => {
  const devices = 'Allocate failed due to';
  const passing: readonly (readonly [reason: string, message: string, remedy: RegExp])[] = [
    ['UnexpectedAdmissionError', `${devices} no healthy devices present; cannot allocate unhealthy`, /device plugin/],
    ['UnexpectedAdmissionError', `${devices} cannot allocate unregistered device nvidia.com/gpu`, /device plugin/],
    ['UnexpectedAdmissionError', `${devices} previously allocated devices are no longer healthy`, /device plugin/],
    ['UnexpectedAdmissionError', `${devices} requested number of devices unavailable for x/y`, /device plugin/],
    ['OutOfnvidia.com/gpu', "Node didn't have enough resource: nvidia.com/gpu", /device plugin/],
    ['OutOfvpc.amazonaws.com/efa', "Node didn't have enough resource", /device plugin/],
    ['OutOfcpu', "Node didn't have enough resource: cpu", /Free the resource/],
    ['OutOfmemory', "Node didn't have enough resource: memory", /Free the resource/],
    ['OutOfpods', "Node didn't have enough resource: pods", /Free the resource/],
    ['OutOfhugepages-2Mi', "Node didn't have enough resource: hugepages-2Mi", /Free the resource/],
    ['TopologyAffinityError', 'Resources cannot be allocated with Topology locality', /topologyManagerPolicy/],
    ['SMTAlignmentError', 'SMT Alignment Error: not enough free physical CPUs', /cpuManagerPolicy/],
    ['NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match", /Ready/],
    ['NodeShutdown', 'Pod was rejected as the node is shutting down.', /shutting down/],
    ['Terminated', 'Pod was terminated in response to imminent node shutdown.', /shutting down/],
    ['InvalidNodeInfo', 'Kubelet cannot get node info.', /Ready/],
    ['Preempting', 'Preempted in order to admit critical pod', /Ready/],
    ['Evicted', 'The node had condition: [DiskPressure].', /disk space/],
    ["node(s) had taints that the pod didn't tolerate", 'Predicate TaintToleration failed', /Ready/],
    ['ReasonOfALaterKubelet', 'unknown', /log of the kubelet/],
  ];
  for (const [reason, message, remedy] of passing) {
    it(`can be created again: ${reason}, ${message}`, () => {
      const found = startRefusal(rejected(reason, message));
      assert.deepEqual([found?.passing, found?.ended, found?.reason], [true, true, reason]);
      assert.match(found?.remedy ?? '', remedy);
    });
  }

  for (const reason of ['AppArmor', 'SysctlForbidden', 'PodOSNotSupported', 'SMTAlignmentError']) {
    it(`would be rejected again: ${reason}`, () => {
      const found = startRefusal(rejected(reason, 'requested 3 cpus not multiple cpus per core = 2'));
      assert.deepEqual([found?.passing, found?.ended], [false, true]);
    });
  }

  it('has no container status, or one of a container that the kubelet did not find', () => {
    const found = startRefusal(ended('ContainerStatusUnknown', 'could not be located', { reason: 'Evicted' }));
    assert.deepEqual([found?.reason, found?.passing, found?.ended], ['Evicted', true, true]);
  });
});

describe('a container that does not start', () => {
  const passing: readonly (readonly [reason: string, message: string])[] = [
    ['CreateContainerConfigError', 'failed to sync configmap cache: timed out waiting for the condition'],
    ['CreateContainerConfigError', 'object "bench"/"token" not registered'],
    ['CreateContainerConfigError', 'services have not yet been read at least once, cannot construct envvars'],
    ['CreateContainerError', 'failed to reserve container name "a": name "a" is reserved for "b"'],
    ['CreateContainerError', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'],
    ['RunContainerError', 'rpc error: code = Unavailable desc = transport is closing'],
    ['StartError', 'OCI runtime create failed: nvidia-container-cli: initialization error: nvml error'],
    ['ContainerCannotRun', 'failed to create shim task: context deadline exceeded'],
    ['StartError', 'nvidia-container-cli: detection error: nvml error: unknown error'],
    ['StartError', 'nvidia-container-cli: device error: GPU-1: unknown device'],
    ['CreateContainerError', 'failed to generate spec: lstat /dev/infiniband/uverbs3: no such file or directory'],
    ['ContainerCannotRun', 'error gathering device information while adding custom device "/dev/nvidia0"'],
    ['CreateContainerError', 'failed to prepare extraction snapshot: write /var/lib/x: no space left on device'],
    ['CreateContainerError', 'create container failed validation: too many open files'],
    ['StartError', 'fork/exec /proc/self/exe: resource temporarily unavailable'],
    ['StartError', 'unable to apply cgroup configuration: write cgroup.procs: device or resource busy'],
    ['StartError', 'unable to start unit: Message recipient disconnected from message bus without replying'],
    ['CreateContainerError', 'failed to get reader from content store: content digest sha256:1: not found'],
    ['CreateContainerError', 'context canceled'],
    ['CreateContainerError', 'transport: Error while dialing: dial unix /run/containerd/containerd.sock'],
  ];
  const final: readonly (readonly [reason: string, message: string])[] = [
    ['CreateContainerConfigError', 'secret "hf-token-secret" not found'],
    ['CreateContainerError', 'no command specified'],
    ['RunContainerError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory'],
    ['StartError', 'exec: "/bin/sh": stat /bin/sh: no such file or directory'],
    ['ContainerCannotRun', 'exec: "/bin/sh": permission denied'],
    ['StartError', 'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9'],
    ['StartError', 'nvidia-container-cli: mount error: failed to add device rules: operation not permitted'],
    ['StartError', 'exec /bin/sh: exec format error'],
    ['StartError', 'container init was OOM-killed (memory limit too low?)'],
  ];
  for (const [list, passes] of [
    [passing, true],
    [final, false],
  ] as const) {
    for (const [reason, message] of list) {
      it(`${passes ? 'may yet start' : 'never starts'}: ${reason}, ${message}`, () => {
        const isEnd = reason === 'StartError' || reason === 'ContainerCannotRun';
        const found = startRefusal(isEnd ? ended(reason, message) : waits(reason, message));
        assert.deepEqual([found?.passing, found?.ended], [passes, isEnd]);
      });
    }
  }
});

describe('the remedy for a container that does not start', () => {
  const remedies: readonly (readonly [message: string, remedy: RegExp])[] = [
    ['nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9', /newer NVIDIA driver/],
    ['nvidia-container-cli: initialization error: driver rpc error: timed out', /nvidia-smi/],
    ['nvidia-container-cli: ldcache error: process /sbin/ldconfig failed', /container toolkit/],
    ['failed to generate spec: lstat /dev/infiniband/uverbs3: no such file or directory', /device plugin/],
    ['write /var/lib/x: no space left on device', /disk space/],
    ['exec /bin/sh: exec format error', /arm64/],
    ['container init was OOM-killed (memory limit too low?)', /resources\.memory/],
  ];
  for (const [message, remedy] of remedies) {
    it(`fits its reason: ${message}`, () =>
      assert.match(startRefusal(ended('StartError', message))?.remedy ?? '', remedy));
  }
});

describe('a pod that the kubelet has not refused', () => {
  it('is created, runs, or has ended by itself or at its own time limit', () => {
    for (const other of [
      pod({ phase: 'Pending' }),
      waits('ContainerCreating', ''),
      waits('CrashLoopBackOff', 'back-off'),
      pod({ phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] }),
      ended('Error', ''),
      ended('OOMKilled', '', { reason: 'Evicted' }),
      pod({ phase: 'Failed', reason: 'DeadlineExceeded' }),
    ])
      assert.equal(startRefusal(other), undefined);
  });
});
