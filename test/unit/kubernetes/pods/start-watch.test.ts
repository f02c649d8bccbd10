import assert from 'node:assert/strict';
import type { Pod } from '../../../../kubernetes/client/objects.js';
import { StartWatch } from '../../../../kubernetes/pods/start-watch.js';

function pod(status: NonNullable<Pod['status']>, uid = '1'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'rank', namespace: 'bench', uid },
    spec: { nodeName: 'gpu-1', containers: [{ name: 'main', image: 'i:1' }] },
    status,
  };
}

const waits = (reason: string, message = '', uid?: string) =>
  pod({ containerStatuses: [{ name: 'main', state: { waiting: { reason, message } } }] }, uid);

describe('a pod that does not start', () => {
  let watch: StartWatch;
  beforeEach(() => {
    watch = new StartWatch(60);
  });

  const final: readonly (readonly [string, string])[] = [
    ['ErrImageNeverPull', 'Container image "i:1" is not present with pull policy of Never'],
    ['InvalidImageName', 'Failed to apply default image tag'],
    ['ErrImagePull', 'failed to resolve reference "registry/i:1": registry/i:1: not found'],
    ['ErrImagePull', 'pull access denied, repository does not exist or may require authorization'],
    ['ErrImagePull', 'unexpected status from HEAD request to https://registry/v2/i/manifests/1: 401 Unauthorized'],
    ['ImagePullBackOff', 'Back-off pulling image "i:1": ErrImagePull: manifest unknown'],
    ['SignatureValidationFailed', 'image pull failed for i:1 because the signature validation failed'],
  ];
  for (const [reason, message] of final) {
    it(`fails at once for an image that no further try can pull: ${reason}, ${message}`, () => {
      const found = watch.problem(waits(reason, message), 0);
      assert.equal(found?.class, 'ImagePull');
      assert.equal(found?.message, `pod bench/rank on gpu-1: image i:1: ${reason}: ${message}`);
    });
  }

  it('fails for the image of a sidecar that cannot be pulled, while the container waits for it', () => {
    const state = (reason: string, message = '') => ({ waiting: { reason, message } });
    const waiting = pod({
      initContainerStatuses: [{ name: 'side', state: state('ErrImagePull', 'side:1: not found') } as never],
      containerStatuses: [{ name: 'main', state: state('PodInitializing') }],
    });
    waiting.spec.initContainers = [{ name: 'side', image: 'side:1', restartPolicy: 'Always' } as never];
    const found = watch.problem(waiting, 0);
    assert.equal(found?.message, 'pod bench/rank on gpu-1: image side:1: ErrImagePull: side:1: not found');
  });

  const noNode = pod({
    conditions: [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient nvidia.com/gpu' },
    ],
  });

  it('names the key of the spec with its resources when no node fits', () => {
    for (const [of, key] of [
      [new StartWatch(60), 'resources'],
      [new StartWatch(60, 'dynamo.resources'), 'dynamo.resources'],
    ] as const) {
      assert.equal(of.problem(noNode, 0), undefined);
      const found = of.problem(noNode, 60);
      assert.equal(found?.class, 'Unschedulable');
      assert.equal(found?.hint, `Free the resource named in the message, or request less in \`${key}\``);
    }
  });

  it('waits for a node while other pods are ending', () => {
    assert.equal(watch.problem(noNode, 0, true), undefined);
    assert.equal(watch.problem(noNode, 100, true), undefined);
    assert.equal(watch.problem(noNode, 101), undefined, 'the limit starts when they have ended');
    assert.equal(watch.problem(noNode, 161)?.class, 'Unschedulable');
  });

  const passing: readonly string[] = [
    'failed to copy: httpReadSeeker: failed open: unexpected EOF',
    'pull QPS exceeded',
    'failed to get reader from content store: content digest sha256:2: not found',
    'failed to prepare extraction snapshot "extract-1": parent snapshot sha256:2 does not exist: not found',
    '403 Forbidden: Your authorization token has expired. Reauthenticate and try again.',
    'unexpected status code: 429 Too Many Requests - toomanyrequests: rate exceeded',
    'dial tcp 10.0.0.1:443: i/o timeout',
  ];
  for (const message of passing) {
    it(`may yet start when a pull failed for a reason that can pass: ${message}`, () => {
      for (const elapsed of [5, 15, 35, 75]) {
        assert.equal(watch.problem(waits('ErrImagePull', message), elapsed), undefined);
        assert.equal(watch.problem(waits('ImagePullBackOff', 'Back-off pulling image "i:1"'), elapsed + 1), undefined);
      }
      assert.equal(watch.problem(waits('ErrImagePull', message), 125)?.class, 'ImagePull');
    });
  }

  it('has its time limit for itself, and all of it again after a pull', () => {
    const message = 'i/o timeout';
    assert.equal(watch.problem(waits('ErrImagePull', message), 0), undefined);
    assert.equal(watch.problem(waits('ErrImagePull', message, '2'), 100), undefined);
    assert.equal(watch.problem(waits('ErrImagePull', message, '2'), 130), undefined);
    assert.equal(watch.problem(waits('ContainerCreating'), 110), undefined);
    assert.equal(watch.problem(waits('ErrImagePull', message), 130), undefined);
  });

  it('fails at once for a missing secret, by its name', () => {
    const found = watch.problem(waits('CreateContainerConfigError', 'secret "hf-token-secret" not found'), 0);
    assert.equal(found?.class, 'PodRejected');
    assert.match(found?.message ?? '', /hf-token-secret/);
  });

  it('may yet start while the node has not read the secret', () => {
    const message = 'failed to sync secret cache: timed out waiting for the condition';
    assert.equal(watch.problem(waits('CreateContainerConfigError', message), 0), undefined);
  });

  it('fails when no node fits within the time limit', () => {
    const message = '2 Insufficient nvidia.com/gpu';
    const unfit = pod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] });
    assert.equal(watch.problem(unfit, 300), undefined);
    assert.equal(watch.problem(unfit, 359), undefined);
    const found = watch.problem(unfit, 360);
    assert.equal(found?.class, 'Unschedulable');
    assert.match(found?.message ?? '', /Insufficient nvidia.com\/gpu/);
  });

  for (const message of [
    '0/2 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }',
    '0/2 nodes are available: 1 node(s) had untolerated taint(s) {node.kubernetes.io/disk-pressure: }',
    "1 node(s) had taint {node.kubernetes.io/unreachable: }, that the pod didn't tolerate",
    '1 node(s) had untolerated taint {ebs.csi.aws.com/agent-not-ready: }',
    '1 node(s) had untolerated taint {karpenter.sh/unregistered: }',
    '1 node(s) had untolerated taint {startup-taint.cluster-autoscaler.kubernetes.io/efa: }',
  ]) {
    it(`may yet start while its node starts: ${message}`, () => {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
      for (const elapsed of [0, 600]) assert.equal(watch.problem(pod({ conditions }), elapsed), undefined);
    });
  }

  it('may yet start, in its place, another pod when its node rejected it for a reason that can pass', () => {
    const refused = pod({ phase: 'Failed', reason: 'UnexpectedAdmissionError', message: 'no devices' });
    for (const elapsed of [0, 600]) assert.equal(watch.problem(refused, elapsed), undefined);
  });

  it('fails at once when its node would reject it again', () => {
    const refused = pod({ phase: 'Failed', reason: 'SysctlForbidden', message: 'forbidden sysctl' });
    const found = watch.problem(refused, 0);
    assert.equal(found?.class, 'PodRejected');
    assert.equal(found?.message, 'pod bench/rank on gpu-1: SysctlForbidden: forbidden sysctl');
  });
});
