import assert from 'node:assert/strict';
import { EtcdWatch } from '../../../../activities/transport/etcd-watch.js';
import type { Pod } from '../../../../kubernetes/client/objects.js';

interface Facts {
  readonly ready?: boolean;
  readonly deleting?: boolean;
  readonly phase?: string;
  readonly restartCount?: number;
}

function etcd(uid: string, { ready = true, deleting = false, phase = 'Running', restartCount = 0 }: Facts = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `etcd-${uid}`, uid, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { containers: [] },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'etcd', restartCount }],
    },
  };
}

describe('the etcd of running ranks', () => {
  it('is the same while its pod is the same', () => {
    const watch = new EtcdWatch('1');
    assert.equal(watch.isLost([etcd('1')], 0), false);
    assert.equal(watch.isLost([etcd('2', { ready: false }), etcd('1')], 600), false);
  });

  for (const [what, pods] of [
    ['was replaced', [etcd('2')]],
    ['is gone', []],
    ['is being deleted', [etcd('1', { deleting: true }), etcd('2', { ready: false })]],
    ['was evicted', [etcd('1', { phase: 'Failed', ready: false })]],
  ] as const) {
    it(`is lost when its pod ${what}`, () => assert.equal(new EtcdWatch('1').isLost(pods, 0), true));
  }

  it('keeps its data when only its container is restarted, and is lost when that takes a minute', () => {
    const watch = new EtcdWatch('1');
    const down = [etcd('1', { ready: false, restartCount: 1 })];
    assert.deepEqual([watch.isLost(down, 10), watch.isLost(down, 69)], [false, false]);
    assert.equal(watch.isLost([etcd('1', { restartCount: 1 })], 69.5), false);
    assert.deepEqual([watch.isLost(down, 70), watch.isLost(down, 129), watch.isLost(down, 130)], [false, false, true]);
  });

  it('is that of the first observation when the attempt does not know it', () => {
    const watch = new EtcdWatch();
    assert.equal(watch.isLost([etcd('0', { deleting: true }), etcd('1', { ready: false })], 0), false);
    assert.equal(watch.isLost([etcd('1')], 1), false);
    assert.equal(watch.isLost([etcd('2')], 2), true);
  });
});
