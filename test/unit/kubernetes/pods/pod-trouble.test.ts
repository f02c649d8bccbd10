import assert from 'node:assert/strict';
import type { Pod } from '../../../../kubernetes/client/objects.js';
import { describeWaiting, podTrouble } from '../../../../kubernetes/pods/pod-trouble.js';
import { StartWatch } from '../../../../kubernetes/pods/start-watch.js';

function pod(more: NonNullable<Pod['status']>): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'decode-1', namespace: 'bench' },
    spec: { nodeName: 'gpu-1', containers: [{ name: 'main', image: 'i:1' }] },
    status: more,
  };
}

const container = (more: object) => [{ name: 'main', restartCount: 0, ...more }];

describe('pods of a pending deployment', () => {
  it('are in trouble with the class of what keeps them from starting', () => {
    const waiting = { reason: 'ErrImageNeverPull', message: 'no such image' };
    const found = podTrouble(pod({ containerStatuses: container({ state: { waiting } }) }), new StartWatch(60), 0);
    assert.equal(found?.class, 'ImagePull');
  });

  it('are in trouble in a crash loop, with the exit code, and not after a first restart', () => {
    const watch = new StartWatch(60);
    const lastState = { terminated: { exitCode: 3, reason: 'Error' } };
    const crashed = (restartCount: number) =>
      podTrouble(pod({ containerStatuses: container({ restartCount, state: { waiting: {} }, lastState }) }), watch, 0);
    assert.equal(crashed(1), undefined);
    assert.match(crashed(3)?.message ?? '', /ended 3 times, last with exit code 3 \(Error\)/);
  });

  it('are not in trouble while their controller replaces a rejected pod, or the runtime cannot start them yet', () => {
    const watch = new StartWatch(60);
    const rejected = pod({ phase: 'Failed', reason: 'UnexpectedAdmissionError', message: 'no healthy devices' });
    const message = 'nvidia-container-cli: initialization error: driver not loaded';
    const lastState = { terminated: { exitCode: 128, reason: 'StartError', message } };
    const waiting = { reason: 'CrashLoopBackOff' };
    const restarted = pod({ containerStatuses: container({ restartCount: 5, state: { waiting }, lastState }) });
    assert.deepEqual([podTrouble(rejected, watch, 99), podTrouble(restarted, watch, 99)], [undefined, undefined]);
    assert.match(describeWaiting('graph', [rejected], []), /decode-1: UnexpectedAdmissionError: no healthy devices/);
  });

  const warning = (kind: string, name: string, message: string, type = 'Warning') => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind, name },
    type,
    reason: 'Unhealthy',
    message,
  });

  it('are described with their last warning', () => {
    const event = (message: string, type = 'Warning') => warning('Pod', 'decode-1', message, type);
    const text = describeWaiting(
      'graph',
      [pod({ containerStatuses: container({ state: { running: {} } }) })],
      [event('old'), event('HTTP 503'), event('pulled', 'Normal')],
    );
    assert.match(text, /^decode-1: .*readiness probe.*; Unhealthy: HTTP 503$/);
  });

  it('that do not exist are described with the last warnings of their controllers', () => {
    const text = describeWaiting(
      'graph',
      [],
      [
        warning('DynamoComponentDeployment', 'graph-frontend', 'field is immutable'),
        warning('DynamoComponentDeployment', 'graph-frontend', 'the object has been modified; please apply again'),
        warning('ReplicaSet', 'graph-prefill-1a2b', 'old'),
        warning('ReplicaSet', 'graph-prefill-1a2b', 'exceeded quota'),
        warning('ReplicaSet', 'graphs-prefill', 'of another one'),
      ],
    );
    assert.deepEqual(text.split('; ').slice(1), [
      'DynamoComponentDeployment graph-frontend: Unhealthy: field is immutable',
      'ReplicaSet graph-prefill-1a2b: Unhealthy: exceeded quota',
    ]);
  });
});
