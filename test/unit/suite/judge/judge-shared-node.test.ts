import assert from 'node:assert/strict';
import { validValue } from '../../../../suite/comparability/transport.js';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { type AttemptContext, judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { expectedNixlbenchBytes } from '../../../../suite/tools/nixlbench/expect.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import { counters, rank } from '../../../support/evidence.js';
import { fixture } from '../../../support/fixtures.js';

const P5 = instanceFabric('p5.48xlarge');
assert.ok(P5);
const withoutNics: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 0, timedOut: false };
const withNics: AttemptContext = { ...withoutNics, visibleNics: 16 };

function testWith(options: object = {}): NixlbenchSpec {
  const given = {
    name: 'one-node',
    tool: 'nixlbench',
    backend: 'UCX',
    placement: 'same-node',
    startBlockSize: '64Ki',
    maxBlockSize: '64Mi',
    totalBufferSize: '1Gi',
    numIter: 100,
    warmupIter: 10,
    largeBlkIterFtr: 1,
    ...options,
  };
  return parseSpec({ name: 's', tests: [given] }).tests[0] as NixlbenchSpec;
}

const test = testWith();
const sent = expectedNixlbenchBytes(test);

/** The output of two H200 over NVLink, and a device of each rank that moved some of the bytes. */
function ranks(device: string, counter: string, bytes: number, nodes: readonly [string, string] = ['gpu-1', 'gpu-1']) {
  const over = (log: string) => counters(device, counter, bytes, log);
  const output = (number: 0 | 1) => fixture(`nixlbench/real/vram-over-nvlink.rank${number}.txt`);
  return [rank('node2', over(output(0)), 0, { node: nodes[1] }), rank('node1', over(output(1)), 0, { node: nodes[0] })];
}

const codes = (judgement: { reasons: readonly { code: string }[] }) => judgement.reasons.map(({ code }) => code);

describe('verdict of a control within one node', () => {
  it('passes above the ceiling of the fabric when nothing moved the bytes, and has no ceiling', () => {
    const judgement = judgeTransport(test, ranks('net/eth0', 'tx_bytes', 100_000), withoutNics);
    assert.deepEqual(codes(judgement), ['path-proven', 'same-node', 'measured']);
    assert.equal(judgement.verdict, 'pass');
    assert.equal(judgement.measurement?.value, 352_814_594_000);
    assert.deepEqual([judgement.ceiling, judgement.usableCeiling], [undefined, undefined]);
    assert.equal(validValue(judgement), 352_814_594_000);
  });

  it('is on the wrong path when an interface or a NIC moved the bytes, never because of the node', () => {
    const overIp = judgeTransport(test, ranks('net/eth0', 'tx_bytes', sent * 1.02), withoutNics);
    assert.deepEqual([overIp.verdict, overIp.path?.status], ['fail', 'wrong']);
    assert.match(overIp.reasons.map(({ message }) => message).join(), /the bytes went over eth0/);
    const overNic = judgeTransport(test, ranks('infiniband/rdmap79s0', 'rdma_write_bytes', sent), withNics);
    assert.equal(overNic.path?.status, 'wrong');
  });

  it('needs the counters of NICs when its ranks have some', () => {
    const still = judgeTransport(test, ranks('infiniband/rdmap79s0', 'rdma_write_bytes', 0), withNics);
    assert.equal(still.path?.status, 'proven');
    const unseen = judgeTransport(test, ranks('net/eth0', 'tx_bytes', 0), withNics);
    assert.deepEqual([unseen.verdict, unseen.path?.status], ['inconclusive', 'unproven']);
  });

  it('leaves the path open when a device moved a part of the bytes', () => {
    const { path, verdict } = judgeTransport(test, ranks('net/eth0', 'tx_bytes', sent / 2), withoutNics);
    assert.deepEqual([verdict, path?.status], ['inconclusive', 'unproven']);
  });

  it('leaves the path open when a device moved much more than the bytes, which is traffic of other pods', () => {
    const { path, verdict } = judgeTransport(test, ranks('net/ens5', 'tx_bytes', sent * 3), withoutNics);
    assert.deepEqual([verdict, path?.status], ['inconclusive', 'unproven']);
    assert.match(path?.reason.message ?? '', /ens5 moved .* of .* sent/);
  });

  it('is wrong on two nodes', () => {
    const { path } = judgeTransport(test, ranks('net/eth0', 'tx_bytes', 0, ['gpu-1', 'gpu-2']), withoutNics);
    assert.equal(path?.status, 'wrong');
    assert.match(path?.reason.message ?? '', /gpu-1/);
  });

  it('fails below its own expectation', () => {
    const wanted = testWith({ expect: { minBandwidth: '400GB/s' } });
    const judgement = judgeTransport(wanted, ranks('net/eth0', 'tx_bytes', 0), withoutNics);
    assert.ok(codes(judgement).includes('below-expectation'));
    assert.equal(judgement.verdict, 'fail');
  });

  it('keeps both ranks on one node wrong for a test between nodes', () => {
    const between = testWith({ placement: 'two-nodes' });
    const judgement = judgeTransport(between, ranks('net/eth0', 'tx_bytes', 0), withNics);
    assert.equal(judgement.verdict, 'fail');
    assert.ok(codes(judgement).includes('wrong-path'));
  });

  it('has no ceiling when it fails', () => {
    const [first] = ranks('net/eth0', 'tx_bytes', 0);
    assert.ok(first);
    const judgement = judgeTransport(test, [first], withoutNics);
    assert.equal(judgement.verdict, 'fail');
    assert.equal(judgement.ceiling, undefined);
  });
});
