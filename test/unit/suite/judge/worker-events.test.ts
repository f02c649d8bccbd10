import assert from 'node:assert/strict';
import { EFA_EVENTS } from '../../../../suite/fabrics/common/event-counter.js';
import type { WorkerState } from '../../../../suite/judge/inference-evidence.js';
import { workerEvents } from '../../../../suite/judge/worker-events.js';

type Events = NonNullable<WorkerState['nicEvents']>;

function worker(role: string, nicEvents: Events | undefined, uid = role): WorkerState {
  return { role, pod: `d-${role}`, uid, restarts: 0, nicEvents };
}

function messageOf(
  before: readonly WorkerState[],
  after: readonly WorkerState[],
  { simulated = false, topology = 'disaggregated' as 'disaggregated' | 'aggregated' } = {},
) {
  const [reason, ...more] = workerEvents({ topology }, { before, after }, { simulated, events: EFA_EVENTS });
  assert.equal(more.length, 0);
  return reason && `${reason.code}: ${reason.message}`;
}

describe('the events of the workers during a load', () => {
  const before = [
    worker('decode', { efa0: { rx_drops: 7, retrans_pkts: 100 }, efa1: { rx_drops: 0, retrans_pkts: 4 } }),
    worker('prefill', { efa0: { retrans_pkts: 5 } }),
  ];

  it('are what the devices of each pod counted, with the names of the role and the pod', () => {
    const after = [
      worker('decode', { efa0: { rx_drops: 9, retrans_pkts: 100 }, efa1: { rx_drops: 0, retrans_pkts: 4 } }),
      worker('prefill', { efa0: { retrans_pkts: 36 } }),
    ];
    assert.equal(
      messageOf(before, after),
      'fabric-events: 2 packets dropped on receipt (rx_drops of efa0 on decode pod d-decode); 31 packets retransmitted (retrans_pkts of efa0 on prefill pod d-prefill)',
    );
    assert.equal(messageOf(before, before), undefined, 'counted before the load');
  });

  it('leave out a counter that was reset, that one reading lacks, or whose pod was replaced', () => {
    const after = [
      worker('decode', { efa0: { rx_drops: 0, retrans_timeout_events: 3 }, efa2: { rx_drops: 8 } }),
      worker('prefill', { efa0: { retrans_pkts: 36 } }, 'replaced'),
    ];
    assert.equal(messageOf(before, after), undefined);
    assert.equal(messageOf(before, [worker('decode', undefined)]), undefined, 'it did not answer');
  });

  it('explain no KV transfer of a simulated engine or of an aggregated deployment', () => {
    const after = [worker('decode', { efa0: { rx_drops: 9 } })];
    assert.match(messageOf(before, after) ?? '', /^fabric-events: 2 packets/);
    assert.equal(messageOf(before, after, { simulated: true }), undefined);
    assert.equal(messageOf(before, after, { topology: 'aggregated' }), undefined);
  });
});
