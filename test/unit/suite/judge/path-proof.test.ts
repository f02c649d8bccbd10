import assert from 'node:assert/strict';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { provePath } from '../../../../suite/judge/path-proof.js';
import { type CounterFrame, type RankLog, readRankLog } from '../../../../suite/tools/common/log-lines.js';

const found = instanceFabric('p5.48xlarge');
assert.ok(found);
const P5 = found;
const MIB = 2 ** 20;
const SENT = { least: 1000 * MIB, most: 1100 * MIB };
const NICS = ['rdmap79s0', 'rdmap80s0', 'rdmap81s0', 'rdmap82s0'];

/** A log in which each device moved so many bytes. */
function moved(devices: Readonly<Record<string, number>>, counter = 'rdma_write_bytes'): RankLog {
  const frames = (when: 'before' | 'after') =>
    Object.entries(devices).map(
      ([device, bytes]): CounterFrame => ({
        event: 'counters',
        when,
        device,
        counters: { [device.startsWith('net/') ? 'tx_bytes' : counter]: 5_000_000 + (when === 'after' ? bytes : 0) },
      }),
    );
  return { ...readRankLog(''), complete: true, counters: [...frames('before'), ...frames('after')] };
}

const efa = (share: number, more: object = {}) =>
  moved({ ...Object.fromEntries(NICS.map((nic) => [`infiniband/${nic}`, (SENT.most * share) / 4])), ...more });
const prove = (...logs: RankLog[]) =>
  provePath(P5, '', SENT, [
    { log: logs[0] ?? moved({}), node: 'a' },
    { log: logs[1] ?? logs[0] ?? moved({}), node: 'b' },
  ]);

describe('proof of path', () => {
  it('names the NICs that moved and the share of each', () => {
    const proof = prove(efa(1, { 'infiniband/rdmap96s0': 1000 }));
    assert.equal(proof.status, 'proven');
    assert.deepEqual(Object.keys(proof.devices), NICS);
    assert.match(proof.reason.message, /rdmap79s0 25 % \(275 MiB\), .*rdmap82s0 25 %/);
    assert.equal(proof.noise, undefined);
  });

  it('counts the NICs of the rank where fewer moved', () => {
    const one = moved({ 'infiniband/rdmap79s0': SENT.most });
    assert.deepEqual(Object.keys(prove(efa(1), one).devices), ['rdmap79s0']);
    assert.deepEqual(Object.keys(prove(one, efa(1)).devices), ['rdmap79s0']);
  });

  it('accepts warm-up that was cut short, and not less than what counts', () => {
    assert.equal(prove(moved({ 'infiniband/x': SENT.least })).status, 'proven');
    assert.equal(prove(moved({ 'infiniband/x': SENT.least * 0.89 })).status, 'unproven');
  });

  it('needs the counters of one rank only, and says so', () => {
    for (const proof of [prove(efa(1), efa(0)), prove(efa(0), efa(1)), prove(efa(1), moved({}))]) {
      assert.deepEqual([proof.status, Object.keys(proof.devices)], ['proven', NICS]);
      assert.match(proof.reason.message, /by the counters of rank [12] alone/);
    }
    assert.match(prove(efa(1), efa(0)).reason.message, /those of rank 2 moved by 0 B/);
    assert.match(prove(efa(1), moved({})).reason.message, /rank 2 has no counter of it/);
  });

  it('is unproven with the numbers when no device moved the bytes', () => {
    const proof = prove(efa(0));
    assert.deepEqual([proof.status, proof.reason.code], ['unproven', 'path-unproven']);
    assert.match(proof.reason.message, /moved by 0 B \(rank 1\), 0 B \(rank 2\) of 1000 MiB sent/);
  });

  it('says that TCP carried the bytes', () => {
    const proof = prove(efa(0, { 'net/eth0': SENT.most * 1.05 }));
    assert.equal(proof.status, 'wrong');
    assert.match(proof.reason.message, /they went over eth0 \(IP\)/);
  });

  it('says that TCP carried them even where no EFA counter can be read', () => {
    const proof = prove(moved({ 'net/eth0': SENT.most }));
    assert.equal(proof.status, 'wrong');
    assert.match(proof.reason.message, /the bytes went over eth0/);
  });

  it('says that they never left the node, by the counters of lo or by the nodes themselves', () => {
    const local = provePath(ethernet(62.5e6, 't'), 'eth0', SENT, [
      { log: moved({ 'net/eth0': 1000, 'net/lo': SENT.most }), node: 'a' },
      { log: moved({ 'net/eth0': 1000, 'net/lo': SENT.most }), node: 'b' },
    ]);
    assert.match(local.reason.message, /they went over lo, the loopback interface of the node/);
    const same = provePath(P5, '', SENT, [
      { log: efa(1), node: 'a' },
      { log: efa(1), node: 'a' },
    ]);
    assert.deepEqual([same.status, same.reason.code], ['wrong', 'wrong-path']);
    assert.match(same.reason.message, /both ranks ran on a/);
  });

  it('is unproven without counters, or with counters that were read only once', () => {
    assert.equal(prove(moved({})).status, 'unproven');
    const log = efa(1);
    const once = { ...log, counters: log.counters.filter(({ when }) => when === 'after') };
    assert.equal(prove(once, once).status, 'unproven');
  });

  it('names traffic that is not the test’s', () => {
    const proof = prove(moved({ 'infiniband/x': SENT.most * 2 }));
    assert.equal(proof.status, 'proven');
    assert.equal(proof.noise?.code, 'other-traffic');
  });

  it('reads the counters of reads and of receives as well', () => {
    for (const counter of ['rdma_read_bytes', 'rdma_write_recv_bytes', 'rx_bytes', 'tx_bytes']) {
      assert.equal(prove(moved({ 'infiniband/x': SENT.most }, counter)).status, 'proven', counter);
    }
  });
});
