import assert from 'node:assert/strict';
import { validValue } from '../../../../suite/comparability/transport.js';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { type AttemptContext, judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { expectedNixlbenchBytes } from '../../../../suite/tools/nixlbench/expect.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import type { UcxPerftestSpec } from '../../../../suite/tools/ucx-perftest/spec.js';
import { counters, nixlbenchLog, rank } from '../../../support/evidence.js';
import { fixture } from '../../../support/fixtures.js';
import { ucxTable } from '../../../support/tables.js';

const P5 = instanceFabric('ml.p5.48xlarge');
assert.ok(P5);
const onP5: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };

const test = parseSpec({
  name: 's',
  tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', expect: { minEfficiency: 0.8 } }],
}).tests[0] as NixlbenchSpec;
const sent = expectedNixlbenchBytes(test);
const NICS = ['rdmap79s0', 'rdmap80s0', 'rdmap81s0', 'rdmap82s0'];

/** Both ranks of a P5 run whose bytes went over the four NICs of one GPU. */
function p5Ranks(gbPerSecond: number, nics = NICS, exitCode = 0) {
  const over = (log: string) =>
    nics.reduce((text, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', sent / nics.length, text), log);
  return [
    rank('node2', over(nixlbenchLog(test, 0, gbPerSecond)), exitCode),
    rank('node1', over(nixlbenchLog(test, 1, gbPerSecond)), exitCode),
  ];
}

/** A line of UCX_PROTO_INFO. */
const SLOW_PATH = '| 0..inf | software emulation | tcp/eth0 |';

const codes = (judgement: { reasons: readonly { code: string }[] }) => judgement.reasons.map(({ code }) => code);

describe('verdict of a transport attempt', () => {
  it('passes with a complete table and the counters of four NICs as proof', () => {
    const judgement = judgeTransport(test, p5Ranks(46.48), onP5);
    assert.equal(judgement.verdict, 'pass');
    assert.equal(judgement.measurement?.value, 46.48e9);
    assert.equal(judgement.measurement?.scope, 'gpu-pair');
    assert.equal(judgement.ceiling?.bytesPerSecond, 50e9);
    assert.deepEqual(codes(judgement), ['path-proven', 'measured']);
    assert.deepEqual(Object.keys(judgement.path?.devices ?? {}).sort(), NICS);
  });

  it('takes the table from rank 0 wherever it ran', () => {
    const [first, second] = p5Ranks(40);
    assert.ok(first && second);
    const swapped = judgeTransport(
      test,
      [
        { ...first, position: 'node1' },
        { ...second, position: 'node2' },
      ],
      onP5,
    );
    assert.equal(swapped.measurement?.value, 40e9);
  });

  for (const [line, fabric] of [
    [
      'W1125 02:45:01.5 7 ucx_utils.cpp:574] memory is detected as host, check that UCX is configured with CUDA support',
      'efa',
    ],
    [
      'W1125 02:45:01.5 7 ucx_utils.cpp:574] memory is detected as host, check that UCX is configured with CUDA support',
      'ethernet',
    ],
    [
      'W1125 02:45:01.5 7 libfabric_rail.cpp:1290] VRAM memory requested but provider does not support FI_HMEM - falling back to system memory registration',
      'efa',
    ],
  ] as const) {
    it(`does not count a figure of GPU memory that was taken for host memory, on ${fabric}`, () => {
      const ranks = p5Ranks(46.48).map((evidence) => ({ ...evidence, log: evidence.log.replace('\n', `\n${line}\n`) }));
      const context = fabric === 'efa' ? onP5 : { ...onP5, fabric: ethernet(50e9, 'test'), networkInterface: 'eth0' };
      const overEthernet = ranks.map((evidence) => ({
        ...evidence,
        log: evidence.log.replaceAll('infiniband/rdmap79s0', 'net/eth0').replaceAll('rdma_write_bytes', 'tx_bytes'),
      }));
      const judgement = judgeTransport(test, fabric === 'efa' ? ranks : overEthernet, context);
      assert.ok(codes(judgement).includes('vram-as-host'));
      assert.notEqual(judgement.verdict, 'pass');
      if (fabric === 'efa') assert.equal(judgement.verdict, 'inconclusive');
      const host = { ...test, initiatorSegType: 'DRAM', targetSegType: 'DRAM' } as const;
      assert.ok(!codes(judgeTransport(host, ranks, onP5)).includes('vram-as-host'), 'a test of host memory');
    });
  }

  it('takes no sign of TCP from a log that names every provider of libfabric, but from the one that NIXL chose', () => {
    const withLines = (...lines: string[]) =>
      p5Ranks(46.48).map((evidence) => ({ ...evidence, log: evidence.log.replace('\n', `\n${lines.join('\n')}\n`) }));
    const healthy = withLines(
      'libfabric:7:17::core:core:ofi_register_provider():525<info> registering provider: tcp (201.0)',
      'libfabric:7:17::core:core:ofi_register_provider():552<info> "tcp" filtered by provider include/exclude list, skipping',
      'libfabric:7:17::core:core:fi_getinfo_():1444<info> fi_getinfo: provider tcp returned -61 (No data available)',
      'I1125 02:45:01.5 7 libfabric_common.cpp:82] Found device - domain: eth0, provider=tcp, ep_type=3, caps=c',
      'I1125 02:45:01.5 7 libfabric_common.cpp:99] provider=tcp, device=eth0',
      'I1125 02:45:01.5 7 libfabric_rail.cpp:400] Initializing rail 0 with device=rdmap79s0-rdm, provider=efa',
    );
    assert.deepEqual(codes(judgeTransport(test, healthy, onP5)), ['path-proven', 'measured']);
    for (const chosen of [
      'I1125 02:45:01.5 7 libfabric_topology.cpp:150] Discovered 1 tcp devices (TCP fallback)',
      'I1125 02:45:01.5 7 libfabric_topology.cpp:90] Using simplified topology for sockets devices (no topology mapping needed)',
      'I1125 02:45:01.5 7 libfabric_rail.cpp:400] Initializing rail 0 with device=eth0, provider=tcp',
    ]) {
      assert.ok(codes(judgeTransport(test, withLines(chosen), onP5)).includes('tcp-fallback'), chosen);
    }
  });

  it('takes no sign of emulation from small blocks', () => {
    const ranks = p5Ranks(46.48).map((evidence) => ({
      ...evidence,
      log: evidence.log.replace(
        '\n',
        '\n| 0..4096 | software emulation | srd/rdmap79s0:1 |\n| 4097..inf | zero-copy | srd/rdmap79s0:1 |\n',
      ),
    }));
    assert.deepEqual(codes(judgeTransport(test, ranks, onP5)), ['path-proven', 'measured']);
  });

  it('fails below the expectation, as a value and not as a failure', () => {
    const judgement = judgeTransport(test, p5Ranks(12), onP5);
    assert.equal(judgement.verdict, 'fail');
    assert.equal(judgement.failure, undefined);
    assert.ok(codes(judgement).includes('below-expectation'));
  });

  it('calls the plan’s 285 GB/s implausible', () => {
    const judgement = judgeTransport(test, p5Ranks(285), onP5);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.ok(codes(judgement).includes('implausible'));
  });

  it('holds the figure against the NICs that really moved', () => {
    const judgement = judgeTransport(test, p5Ranks(46.48, NICS.slice(0, 1)), onP5);
    assert.equal(judgement.ceiling?.bytesPerSecond, 12.5e9);
    assert.ok(codes(judgement).includes('implausible'));
  });

  it('expects what the NICs carry that it could use, so that lost ones do not halve what is expected', () => {
    const judgement = judgeTransport(test, p5Ranks(24.5, NICS.slice(0, 2)), onP5);
    assert.equal(judgement.verdict, 'fail');
    assert.deepEqual(codes(judgement), ['path-proven', 'nics-idle', 'below-expectation']);
    assert.equal(judgement.ceiling?.bytesPerSecond, 25e9);
    assert.equal(judgement.usableCeiling?.bytesPerSecond, 50e9);
    assert.match(judgement.reasons.at(-1)?.message ?? '', /24\.5 GB\/s is below the expected 40 GB\/s/);
  });

  it('names the NICs that moved nothing where it is known which the test could use', () => {
    const idle = (judgement: { reasons: readonly { code: string; message: string }[] }) =>
      judgement.reasons.find(({ code }) => code === 'nics-idle')?.message;
    const alsoSees = (...nics: string[]) =>
      p5Ranks(36, NICS.slice(0, 3)).map((evidence) => ({
        ...evidence,
        log: nics.reduce((log, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', 0, log), evidence.log),
      }));
    assert.equal(idle(judgeTransport(test, alsoSees('rdmap82s0'), onP5)), '1 of 4 NICs moved nothing: rdmap82s0');
    const more = alsoSees('rdmap82s0', 'rdmap96s0');
    assert.equal(idle(judgeTransport(test, more, onP5)), '1 of 4 NICs moved nothing', 'it may be either');
    assert.equal(idle(judgeTransport(test, p5Ranks(46), onP5)), undefined);
    const uncounted = p5Ranks(36, NICS.slice(0, 3)).map((evidence) => ({
      ...evidence,
      log: counters('infiniband/rdmap82s0', 'lifespan', 0, evidence.log),
    }));
    assert.equal(idle(judgeTransport(test, uncounted, onP5)), undefined, 'a NIC without a counter may have moved');
  });

  it('fails when another device moved what was sent, and is inconclusive when none did', () => {
    const judged = (change: (log: string) => string) => {
      const still = (log: string) => change(counters('infiniband/rdmap79s0', 'rdma_write_bytes', 0, log));
      const ranks = [rank('node2', still(nixlbenchLog(test, 0, 40))), rank('node1', still(nixlbenchLog(test, 1, 40)))];
      return judgeTransport(test, ranks, onP5);
    };
    const none = judged((log) => log);
    assert.deepEqual([none.verdict, none.path?.reason.code], ['inconclusive', 'path-unproven']);
    const tcp = judged((log) => counters('net/eth0', 'tx_bytes', sent * 1.05, log));
    assert.deepEqual([tcp.verdict, tcp.path?.reason.code], ['fail', 'wrong-path']);
  });

  it('fails when both ranks ran on one node, whatever the counters say', () => {
    const [first, second] = p5Ranks(46).map((evidence) => ({ ...evidence, node: 'gpu-1' }));
    assert.ok(first && second);
    const judgement = judgeTransport(test, [first, second], onP5);
    assert.equal(judgement.verdict, 'fail');
    assert.ok(codes(judgement).includes('wrong-path'));
  });

  it('fails an impossible figure of one node: the path is wrong, and that is worse than doubt', () => {
    const ranks = p5Ranks(1300).map((evidence) => ({ ...evidence, node: 'gpu-1' }));
    const judgement = judgeTransport(test, ranks, onP5);
    assert.equal(judgement.verdict, 'fail');
    assert.ok(codes(judgement).includes('implausible') && codes(judgement).includes('wrong-path'));
  });

  it('is inconclusive when the figure does not follow from block and latency', () => {
    const scale = (log: string) => log.replace(/^(67108864 1) \S+/m, '$1 41.000000');
    const ranks = p5Ranks(46).map((evidence) => ({ ...evidence, log: scale(evidence.log) }));
    const judgement = judgeTransport(test, ranks, onP5);
    assert.equal(judgement.verdict, 'inconclusive');
    const reason = judgement.reasons.find(({ code }) => code === 'figures-disagree');
    assert.match(reason?.message ?? '', /64 MiB: 41 GB\/s printed, 46 GB\/s from block and latency/);
  });

  it('expects every GPU of mode MG to have moved its own bytes', () => {
    const allGpus = parseSpec({
      name: 's',
      tests: [{ name: 'mg', tool: 'nixlbench', backend: 'LIBFABRIC', mode: 'MG', numInitiatorDev: 8, numTargetDev: 8 }],
    }).tests[0] as NixlbenchSpec;
    const nics = Array.from({ length: 32 }, (_, i) => `rdmap${i}s0`);
    const judged = (share: number) => {
      const over = (log: string) =>
        nics.reduce(
          (text, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', (sent * 8 * share) / nics.length, text),
          log,
        );
      const ranks = [0, 1].map((i) => rank(i === 0 ? 'node2' : 'node1', over(nixlbenchLog(allGpus, i as 0 | 1, 370))));
      return codes(judgeTransport(allGpus, ranks, onP5));
    };
    assert.deepEqual(judged(1), ['path-proven', 'measured']);
    assert.ok(judged(1 / 8).includes('path-unproven'), 'the bytes of seven of eight are nowhere');
  });

  describe('of a scheme whose figure counts one device of several', () => {
    const manytoone = (fields: object) =>
      parseSpec({
        name: 's',
        tests: [{ name: 'm', tool: 'nixlbench', backend: 'UCX', mode: 'MG', scheme: 'manytoone', ...fields }],
      }).tests[0] as NixlbenchSpec;
    const pods: AttemptContext = {
      fabric: ethernet(62.5e6, 'declared'),
      networkInterface: 'eth0',
      visibleNics: 1,
      timedOut: false,
    };
    const recorded = manytoone({
      initiatorSegType: 'DRAM',
      targetSegType: 'DRAM',
      numInitiatorDev: 2,
      startBlockSize: '1Mi',
      maxBlockSize: '1Mi',
      totalBufferSize: '64Mi',
      numIter: 32,
      warmupIter: 2,
      largeBlkIterFtr: 1,
    });
    const judgeRecorded = (change = (log: string) => log) =>
      judgeTransport(
        recorded,
        (['node2', 'node1'] as const).map((position, i) => ({
          position,
          node: position,
          log: change(fixture(`nixlbench/manytoone.rank${i}.txt`)),
          exitCode: 0,
          endedBySuite: false,
        })),
        pods,
      );

    it('is that of the figure of all devices, which the counters of a real run confirm', () => {
      const judgement = judgeRecorded();
      assert.equal(judgement.verdict, 'pass');
      assert.deepEqual(codes(judgement), ['figure-corrected', 'path-proven', 'measured']);
      assert.equal(judgement.measurement?.value, 0.029929e9 * 2);
      assert.equal(judgement.measurement?.original, '0.029929 GB/Sec');
      assert.equal(judgement.measurement?.conditions, 'WRITE DRAM to DRAM, 1 MiB × 1, all 2 devices');
      const [row] = judgement.rows;
      assert.equal(row?.deviceFactor, 2);
      assert.deepEqual(row?.times?.post, { average: 106.9 / 1e6, p99: 230 / 1e6 });
      assert.equal(
        judgement.reasons[0]?.message,
        '1 MiB: the tool printed 0.029929 GB/Sec for one of 2 devices; all together have 59.86 MB/s, 2 × as much (the other rows likewise): the counters confirm the bytes of all',
      );
    });

    it('is inconclusive without counters, and when they moved the bytes of one', () => {
      const without = judgeRecorded((log) => log.replace(/^.*"when":"(?:before|after)".*\n/gm, ''));
      assert.equal(without.verdict, 'inconclusive');
      assert.deepEqual(codes(without), ['figure-corrected', 'path-unproven']);
      assert.match(without.reasons[0]?.message ?? '', /the counters do not confirm/);
      const half = judgeRecorded((log) => log.replaceAll(/(?<=_bytes":)714\d{5}/g, '35700000'));
      assert.equal(half.verdict, 'inconclusive');
      assert.ok(codes(half).includes('path-unproven'));
    });

    it('never passes with the printed 6 GB/s of one of eight devices', () => {
      const eight = manytoone({ numInitiatorDev: 8, startBlockSize: '64Mi' });
      const bytes = expectedNixlbenchBytes(eight) / NICS.length;
      const judged = (share: number) => {
        const over = (log: string) =>
          NICS.reduce((text, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', bytes * share, text), log);
        const ranks = [0, 1].map((i) => rank(i === 0 ? 'node2' : 'node1', over(nixlbenchLog(eight, i as 0 | 1, 6))));
        return judgeTransport(eight, ranks, onP5);
      };
      assert.equal(judged(1).verdict, 'pass');
      assert.equal(judged(1).measurement?.value, 48e9);
      assert.equal(judged(1 / 8).verdict, 'inconclusive');
    });

    it('compares printed figures with each other when they disagree', () => {
      const judgement = judgeRecorded((log) => log.replace('35035.9 ', '25035.9 '));
      assert.equal(judgement.verdict, 'inconclusive');
      const reason = judgement.reasons.find(({ code }) => code === 'figures-disagree');
      assert.match(reason?.message ?? '', /1 MiB: 29\.93 MB\/s printed, 41\.88 MB\/s from block and latency/);
    });
  });

  it('takes the latency of a batch for that of one block, as nixlbench prints it', () => {
    const batches = parseSpec({
      name: 's',
      tests: [{ name: 'b', tool: 'nixlbench', backend: 'LIBFABRIC', startBatchSize: 4, maxBatchSize: 16 }],
    }).tests[0] as NixlbenchSpec;
    const bytes = expectedNixlbenchBytes(batches) / NICS.length;
    const over = (log: string) =>
      NICS.reduce((text, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', bytes, text), log);
    const ranks = [0, 1].map((i) => rank(i === 0 ? 'node2' : 'node1', over(nixlbenchLog(batches, i as 0 | 1, 46))));
    const judgement = judgeTransport(batches, ranks, onP5);
    assert.equal(judgement.verdict, 'pass');
    assert.deepEqual(codes(judgement), ['path-proven', 'measured']);
  });

  it('names smaller rows that disagree, and lets no figure of the attempt into the history', () => {
    const ranks = p5Ranks(46).map((evidence) => ({
      ...evidence,
      log: evidence.log.replace(/^(33554432 1) \S+/m, '$1 41.000000'),
    }));
    const judgement = judgeTransport(test, ranks, onP5);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.ok(codes(judgement).includes('rows-disagree'));
    assert.equal(validValue({ ...judgement, warmUp: false }), undefined);
  });

  it('is inconclusive when nixlbench says that it ran with other options', () => {
    const ranks = p5Ranks(46).map((evidence) => ({
      ...evidence,
      log: evidence.log.replace(/^Block Size/m, 'Backend (--backend=[UCX,GDS]): UCX\nBlock Size'),
    }));
    const judgement = judgeTransport(test, ranks, onP5);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.ok(judgement.reasons.some(({ message }) => message === 'nixlbench printed: backend is UCX, not LIBFABRIC'));
  });

  it('names signs of a slow path on EFA', () => {
    const ranks = p5Ranks(46).map((evidence) => ({ ...evidence, log: `${evidence.log}\n${SLOW_PATH}` }));
    assert.ok(codes(judgeTransport(test, ranks, onP5)).includes('emulated-rma'));
  });

  it('draws no conclusion from the latency of several threads', () => {
    const threads = { ...test, numThreads: 4, numIter: 1000 };
    const bytes = expectedNixlbenchBytes(threads) / NICS.length;
    const over = (log: string) =>
      NICS.reduce((text, nic) => counters(`infiniband/${nic}`, 'rdma_write_bytes', bytes, text), log);
    const table = nixlbenchLog(threads, 0, 46).replace(/^(67108864 1) \S+/m, '$1 41.000000');
    const judgement = judgeTransport(
      threads,
      [rank('node2', over(table)), rank('node1', over(nixlbenchLog(threads, 1, 46)))],
      onP5,
    );
    assert.equal(judgement.verdict, 'pass');
  });

  it('is inconclusive without readable counters', () => {
    const judgement = judgeTransport(
      test,
      [rank('node2', nixlbenchLog(test, 0, 46)), rank('node1', nixlbenchLog(test, 1, 46))],
      onP5,
    );
    assert.equal(judgement.verdict, 'inconclusive');
    assert.deepEqual(codes(judgement), ['path-unproven']);
  });

  it('accepts a crash at exit (139) after a complete table, and says so', () => {
    const judgement = judgeTransport(test, p5Ranks(46, NICS, 139), onP5);
    assert.equal(judgement.verdict, 'pass');
    assert.equal(codes(judgement).filter((code) => code === 'exit-code-after-table').length, 2);
  });

  it('does not accept exit code 0 with a truncated table', () => {
    const judgement = judgeTransport(
      test,
      [rank('node2', nixlbenchLog(test, 0, 46, 14)), rank('node1', nixlbenchLog(test, 1, 46))],
      onP5,
    );
    assert.equal(judgement.failure?.class, 'Incomplete');
    assert.match(judgement.failure?.message ?? '', /14 of 15 rows; missing: 64 MiB × 1/);
  });

  it('calls a crash before the last row a crash', () => {
    const judgement = judgeTransport(
      test,
      [rank('node2', nixlbenchLog(test, 0, 46, 3), 139), rank('node1', nixlbenchLog(test, 1, 46), 0)],
      onP5,
    );
    assert.equal(judgement.failure?.class, 'Crashed');
  });

  it('calls a rank that was killed for memory out of memory', () => {
    const ranks = [
      rank('node2', nixlbenchLog(test, 0, 46, 3), 137, { reason: 'OOMKilled' }),
      rank('node1', nixlbenchLog(test, 1, 46), undefined, { endedBySuite: true }),
    ];
    assert.equal(judgeTransport(test, ranks, onP5).failure?.class, 'OutOfMemory');
  });

  it('names the cause before its consequences: a lost peer, not the time-out that follows', () => {
    const ranks = [
      rank('node2', fixture('nixlbench/target-killed.rank0.txt'), 143, { endedBySuite: true }),
      rank('node1', fixture('nixlbench/clean.rank1.txt'), 137),
    ];
    const { failure } = judgeTransport(test, ranks, onP5);
    assert.equal(failure?.class, 'PeerLost');
  });

  it('calls a hang a hang', () => {
    const ended = { endedBySuite: true };
    const ranks = [
      rank('node2', fixture('nixlbench/hung.rank0.txt'), 143, ended),
      rank('node1', fixture('nixlbench/hung.rank1.txt'), 143, ended),
    ];
    assert.equal(judgeTransport(test, ranks, { ...onP5, timedOut: true }).failure?.class, 'Hung');
  });

  it('does not believe "All processes are ready" of a rank that is alone', () => {
    const lone = nixlbenchLog(test, 1, 46);
    const ranks = [
      rank('node2', lone, 143, { endedBySuite: true }),
      rank('node1', fixture('nixlbench/stale-group.txt'), 1),
    ];
    assert.equal(judgeTransport(test, ranks, onP5).failure?.class, 'StaleRendezvous');
  });

  it('finds two ranks that did not form a pair', () => {
    const ranks = [rank('node2', nixlbenchLog(test, 0, 46)), rank('node1', nixlbenchLog(test, 0, 46))];
    assert.match(
      judgeTransport(test, ranks, onP5).failure?.message ?? '',
      /did not form a pair: rank 0 of 2, rank 0 of 2/,
    );
  });
});

describe('verdict of ucx_perftest', () => {
  const MIB = 2 ** 20;
  const local: AttemptContext = {
    fabric: ethernet(62.5e6, 'declared'),
    networkInterface: 'eth0',
    visibleNics: 1,
    timedOut: false,
  };
  const ucx = (fields: object) =>
    parseSpec({
      name: 's',
      tests: [{ name: 'u', tool: 'ucx-perftest', memory: 'host', sizes: ['1Mi'], iterations: 10, ...fields }],
    }).tests[0] as UcxPerftestSpec;
  const csv = (bandwidth: number) => ucxTable('csv', { size: MIB, latency: 1e6 / bandwidth, bandwidth }).join('\n');
  const over = (bytes: number, log: string) => counters('net/eth0', 'tx_bytes', bytes, log);

  it('passes below the line rate of a declared Ethernet link', () => {
    const judgement = judgeTransport(
      ucx({}),
      [rank('node2', over(10.5 * MIB, '')), rank('node1', over(10.5 * MIB, csv(52.3)))],
      local,
    );
    assert.equal(judgement.verdict, 'pass');
    assert.equal(judgement.measurement?.original, '52.30 MB/s');
    const { message } = judgement.reasons.find(({ code }) => code === 'measured') ?? {};
    assert.match(
      message ?? '',
      /^54\.84 MB\/s, ucp_put_bw, .* \(printed as 52\.30 MB\/s\)$/,
      'ucx_perftest counts in MiB',
    );
  });

  it('takes TCP for no slow path where TCP is the path', () => {
    const client = over(21 * MIB, `${csv(50)}\n${SLOW_PATH}`);
    const judgement = judgeTransport(ucx({}), [rank('node2', over(21 * MIB, '')), rank('node1', client)], local);
    assert.deepEqual(codes(judgement), ['path-proven', 'measured']);
  });

  it('catches traffic over loopback: lo moved, and the interface did not', () => {
    const judged = (change: (log: string) => string) =>
      judgeTransport(
        ucx({}),
        [rank('node2', change(over(2000, ''))), rank('node1', change(over(2000, csv(50))))],
        local,
      );
    const loopback = judged((log) => counters('net/lo', 'tx_bytes', 10.5 * MIB, log));
    assert.deepEqual([loopback.verdict, loopback.path?.reason.code], ['fail', 'wrong-path']);
    const nowhere = judged((log) => log);
    assert.deepEqual([nowhere.verdict, nowhere.path?.reason.code], ['inconclusive', 'path-unproven']);
  });

  it('adds up the processes of several devices, and misses one that printed nothing', () => {
    const test = ucx({ devices: ['a:1', 'b:1'] });
    const frame = (index: number) => `@@dynamo-bench {"event":"process","index":${index},"device":"x"}`;
    const both = [frame(0), csv(20), frame(1), csv(30)].join('\n');
    const judgement = judgeTransport(
      test,
      [rank('node2', over(21 * MIB, '')), rank('node1', over(21 * MIB, both))],
      local,
    );
    assert.equal(judgement.measurement?.value, 50 * MIB);
    const twice = [frame(0), csv(20), csv(20), frame(1), 'nothing'].join('\n');
    assert.equal(judgeTransport(test, [rank('node2', ''), rank('node1', twice)], local).failure?.class, 'Incomplete');
    const one = [frame(0), csv(20), frame(1), 'nothing'].join('\n');
    assert.equal(judgeTransport(test, [rank('node2', ''), rank('node1', one)], local).failure?.class, 'Incomplete');
  });

  it('names the device whose process moved nothing over it, whatever else the pod sees', () => {
    const two = ucx({ devices: ['rdmap79s0:1', 'rdmap80s0:1'] });
    const frame = (index: number) => `@@dynamo-bench {"event":"process","index":${index},"device":"x"}`;
    const both = [frame(0), csv(9000), frame(1), csv(9)].join('\n');
    const seen = { rdmap79s0: 20 * MIB, rdmap80s0: 0, rdmap96s0: 0 };
    const log = (text: string) =>
      Object.entries(seen).reduce(
        (inner, [nic, bytes]) => counters(`infiniband/${nic}`, 'rdma_write_bytes', bytes, inner),
        text,
      );
    const { reasons } = judgeTransport(two, [rank('node2', log('')), rank('node1', log(both))], onP5);
    const idle = reasons.find(({ code }) => code === 'nics-idle');
    assert.equal(idle?.message, '1 of 2 NICs moved nothing: rdmap80s0');
  });

  it('names a row that was cut after a digit, and takes no figure from it', () => {
    const cut = over(10.5 * MIB, csv(52.3).replace(/52\.30,\d+,\d+$/, '5'));
    const { failure, measurement } = judgeTransport(
      ucx({}),
      [rank('node2', over(10.5 * MIB, '')), rank('node1', cut)],
      local,
    );
    assert.equal(measurement, undefined);
    assert.equal(failure?.class, 'Incomplete');
    assert.match(failure.message, /0 of 1 rows; missing: 1 MiB; a damaged line: "s1048576,1000,0\.451,.*,5"$/);
  });

  it('takes no half of two devices, one of whose rows was cut', () => {
    const test = ucx({ devices: ['a:1', 'b:1'] });
    const frame = (index: number) => `@@dynamo-bench {"event":"process","index":${index},"device":"x"}`;
    const log = [frame(0), csv(20), frame(1), csv(30).replace(/30\.00,\d+,\d+$/, '3')].join('\n');
    const ranks = [rank('node2', over(21 * MIB, '')), rank('node1', over(21 * MIB, log))];
    const { failure } = judgeTransport(test, ranks, local);
    assert.equal(failure?.class, 'Incomplete');
    assert.match(failure.message, /process 2: 0 of 1 rows; missing: 1 MiB; a damaged line/);
  });

  it('takes no figure from a log with the output of two pods', () => {
    const log = rank('node1', over(10.5 * MIB, csv(52.3))).log;
    const [begin = ''] = log.split('\n');
    const twice = { ...rank('node1', ''), log: `${begin}\n${log}` };
    const { failure } = judgeTransport(ucx({}), [rank('node2', over(10.5 * MIB, '')), twice], local);
    assert.equal(failure?.class, 'Incomplete');
    assert.match(failure.message, /the log of the rank on node1 contains the output of more than one pod/);
  });

  it('keeps the class of a recorded failure', () => {
    const judgement = judgeTransport(
      ucx({}),
      [rank('node2', '', 137), rank('node1', fixture('ucx-perftest/server-killed.client.txt'), 1)],
      local,
    );
    assert.equal(judgement.failure?.class, 'PeerLost');
  });
});
