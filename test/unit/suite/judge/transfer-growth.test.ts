import assert from 'node:assert/strict';
import { completedTransfers, failuresOfTransfers, nixlBytes } from '../../../../suite/judge/transfer-growth.js';
import type { NixlCounts, TransferCounts } from '../../../../suite/judge/transfer-probe.js';

const COUNTS = { transfers: 2, bytes: 200, seconds: 0.5 };

/** Workers by their pod: `decode-1` has the role decode. Undefined: the worker did not answer. */
function states(workers: Readonly<Record<string, TransferCounts | undefined>>) {
  return Object.entries(workers).map(([pod, transferRecord]) => ({
    role: pod.replace(/-\d$/, ''),
    pod,
    uid: pod,
    restarts: 0,
    transferRecord,
  }));
}

function completed(
  before: Parameters<typeof states>[0],
  after: Parameters<typeof states>[0],
  role: 'prefill' | 'decode' = 'decode',
) {
  return completedTransfers({ before: states(before), after: states(after) }, role);
}

describe('the growth of the engine’s record of KV transfers', () => {
  it('is the sum over the workers of the role', () => {
    const full = { ...COUNTS, descriptors: 20, postSeconds: 0.1 };
    assert.deepEqual(
      completed(
        { 'decode-1': COUNTS, 'decode-2': { transfers: 0, bytes: 0, seconds: 0 }, 'prefill-1': full },
        {
          'decode-1': { transfers: 5, bytes: 500, seconds: 1.5, descriptors: 50 },
          'decode-2': { transfers: 1, bytes: 100, seconds: 0.25, descriptors: 10 },
          'prefill-1': { ...full, bytes: 9999 },
        },
      ),
      { transfers: 4, bytes: 400, seconds: 1.25, descriptors: 60 },
    );
    assert.deepEqual(completed({ 'prefill-1': {} }, { 'prefill-1': full }, 'prefill'), full);
  });

  it('starts at 0 where a series appears during the load, also when another worker has none', () => {
    assert.deepEqual(completed({ 'decode-1': {}, 'decode-2': {} }, { 'decode-1': COUNTS, 'decode-2': {} }), COUNTS);
  });

  it('is unknown when a worker did not answer before and after the load', () => {
    const unread = { unread: 'decode pod decode-2 did not answer before and after the load' };
    const both = { 'decode-1': COUNTS, 'decode-2': COUNTS };
    assert.deepEqual(completed({ ...both, 'decode-2': undefined }, both), unread);
    assert.deepEqual(completed(both, { ...both, 'decode-2': undefined }), unread);
    assert.deepEqual(completed(both, { 'decode-1': COUNTS }), unread, 'replaced');
  });

  it('is unknown when a worker lost its series, and not the sum of the others', () => {
    assert.deepEqual(
      completed(
        { 'decode-1': COUNTS, 'decode-2': COUNTS },
        { 'decode-1': { transfers: 3, bytes: 300, seconds: 1 }, 'decode-2': {} },
      ),
      { unread: 'a counter of decode pod decode-2 became smaller: the engine was started again' },
    );
  });

  it('is unknown when a counter became smaller', () => {
    assert.deepEqual(completed({ 'decode-1': COUNTS }, { 'decode-1': { ...COUNTS, bytes: 199 } }), {
      unread: 'a counter of decode pod decode-1 became smaller: the engine was started again',
    });
  });

  it('is unknown, and not 0, without a series of transfers, bytes or seconds', () => {
    const unread = { unread: 'no decode pod has the series of transfers, bytes, seconds' };
    for (const missing of ['transfers', 'bytes', 'seconds'] as const) {
      const { [missing]: _, ...rest } = COUNTS;
      assert.deepEqual(completed({ 'decode-1': {} }, { 'decode-1': rest }), unread, missing);
    }
    assert.deepEqual(completed({}, {}), unread);
  });
});

describe('the failures in the engine’s record', () => {
  it('are those of the workers of all roles that answered', () => {
    const before = states({ 'decode-1': { failedTransfers: 1 }, 'decode-2': undefined, 'prefill-1': {} });
    const after = states({
      'decode-1': { failedTransfers: 3, failedNotifications: 0 },
      'decode-2': { failedTransfers: 7 },
      'prefill-1': { expiredRequests: 4 },
    });
    assert.deepEqual(failuresOfTransfers({ before, after }), {
      failedTransfers: 2,
      failedNotifications: 0,
      expiredRequests: 4,
    });
  });

  it('are unknown of a worker whose engine was started again', () => {
    const before = states({ 'decode-1': { failedTransfers: 5 } });
    assert.deepEqual(failuresOfTransfers({ before, after: states({ 'decode-1': { failedTransfers: 1 } }) }), {});
  });
});

describe('the bytes by NIXL', () => {
  /** Workers by their pod, as `states`. */
  const nixl = (workers: Readonly<Record<string, NixlCounts | undefined>>) =>
    Object.entries(workers).map(([pod, nixlCounts]) => ({
      role: pod.replace(/-\d$/, ''),
      pod,
      uid: pod,
      restarts: 0,
      nixlCounts,
    }));
  const bytes = (before: Parameters<typeof nixl>[0], after: Parameters<typeof nixl>[0]) =>
    nixlBytes({ before: nixl(before), after: nixl(after) });
  const ZERO = { readBytes: 0, writtenBytes: 0 };

  it('are those that prefill and decode workers read and wrote', () => {
    assert.deepEqual(
      bytes(
        {
          'prefill-1': { readBytes: 5, writtenBytes: 7 },
          'decode-1': { readBytes: 100 },
          'decode-2': ZERO,
          frontend: ZERO,
        },
        {
          'prefill-1': { readBytes: 5, writtenBytes: 8 },
          'decode-1': { readBytes: 300, droppedEvents: 0 },
          'decode-2': { readBytes: 40, writtenBytes: 0 },
          frontend: { readBytes: 999, writtenBytes: 0 },
        },
      ),
      { bytes: 241 },
    );
  });

  it('are unknown, and not 0, when a worker did not answer or its counter became smaller', () => {
    const both = { 'prefill-1': ZERO, 'decode-1': { readBytes: 100, writtenBytes: 0 } };
    const silent = { unread: 'prefill pod prefill-1 did not answer before and after the load' };
    assert.deepEqual(bytes({ ...both, 'prefill-1': undefined }, both), silent);
    assert.deepEqual(bytes(both, { ...both, 'prefill-1': undefined }), silent);
    assert.deepEqual(bytes(both, { ...both, 'decode-1': ZERO }), {
      unread: 'a counter of decode pod decode-1 became smaller: the engine was started again',
    });
  });

  it('are unknown without a series, and when NIXL dropped events', () => {
    assert.deepEqual(bytes({ 'decode-1': {} }, { 'decode-1': {} }), {
      unread: 'no worker has the series of its bytes',
    });
    const dropped = (droppedEvents: number) => ({ 'decode-1': { readBytes: 100, droppedEvents } });
    assert.deepEqual(bytes(dropped(1), dropped(1)), { bytes: 0 });
    assert.deepEqual(bytes(dropped(1), dropped(5)), { unread: 'NIXL dropped 4 events before it counted them' });
  });
});
