import assert from 'node:assert/strict';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { type AttemptContext, judgeTransport, type RankEvidence } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../../../suite/spec/transport-tests.js';
import { framed, nixlbenchLog } from '../../../support/evidence.js';

const P5 = instanceFabric('p5.48xlarge');
assert.ok(P5);
const onP5: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };
const onEthernet: AttemptContext = { ...onP5, fabric: ethernet(62.5e6, 'declared'), networkInterface: 'eth0' };

function testOf(fields: object): TransportTestSpec {
  const [test] = parseSpec({ name: 's', tests: [{ name: 't', ...fields }] }).tests;
  assert.ok(test);
  return test;
}
const LIBFABRIC = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const libfabric = testOf(LIBFABRIC);

/** Puts a time before each line: seconds of 2026-11-28T20:00:00Z, as the kubelet does. */
function timed(lines: readonly (readonly [second: number, line: string])[]): string {
  return lines
    .map(([second, line]) => `${new Date(Date.UTC(2026, 10, 28, 20, 0, 0) + second * 1000).toISOString()} ${line}`)
    .join('\n');
}

const BEGIN = '@@dynamo-bench {"event":"begin"}';
const STOP = '@@dynamo-bench {"event":"stop"}';
const end = (exitCode: number) => `@@dynamo-bench {"event":"end","exitCode":${exitCode}}`;
const HEADER =
  'Block Size (B)      Batch Size     B/W (GB/Sec)   Avg Lat. (us)  Avg Prep (us)  P99 Prep (us)  Avg Post (us)  P99 Post (us)  Avg Tx (us)    P99 Tx (us)    ';
const ROW = '4096                1              0.100000       40.0           1.0 1.0 1.0 1.0 1.0 1.0';

function evidence(position: 'node1' | 'node2', log: string, more: Partial<RankEvidence>): RankEvidence {
  return { position, node: position === 'node1' ? 'gpu-1' : 'gpu-2', log, endedBySuite: false, ...more };
}

function explain(
  first: Omit<RankEvidence, 'position' | 'endedBySuite'> & { endedBySuite?: boolean },
  second: Omit<RankEvidence, 'position' | 'endedBySuite'> & { endedBySuite?: boolean },
  context: AttemptContext = onP5,
  test = libfabric,
) {
  const { failure } = judgeTransport(
    test,
    [evidence('node2', first.log, first), evidence('node1', second.log, second)],
    context,
  );
  assert.ok(failure);
  return failure;
}

describe('what ended an attempt', () => {
  const stoppedAt = (second: number) =>
    timed([
      [0, BEGIN],
      [second, STOP],
      [second + 0.1, 'Ctrl-C received, exiting...'],
      [second + 0.2, 'Timeout waiting for char data from rank 1'],
      [second + 0.3, 'NIXL: failed to receive metadata'],
      [second + 0.4, end(1)],
    ]);

  for (const [exitCode, signal] of [
    [139, 'SIGSEGV'],
    [134, 'SIGABRT'],
    [135, 'SIGBUS'],
  ] as const) {
    it(`is the crash with ${signal} and not what the stopped rank prints about it`, () => {
      const crashed = timed([
        [0, BEGIN],
        [5, 'All processes are ready to proceed'],
        [9, `${signal} text of the shell`],
        [9.1, end(exitCode)],
      ]);
      const failure = explain({ log: crashed, exitCode }, { log: stoppedAt(14), exitCode: 1, endedBySuite: true });
      assert.equal(failure.class, 'Crashed');
      assert.match(
        failure.message,
        new RegExp(`^the rank on node2 \\(gpu-2\\) crashed with ${signal} \\(exit code ${exitCode}\\)`),
      );
      assert.match(failure.message, /after .*"All processes are ready to proceed", ".* text of the shell"/);
    });
  }

  /** A rank that was killed in second 20. */
  const killed = {
    log: timed([
      [0, BEGIN],
      [20, end(137)],
    ]),
    exitCode: 137,
  };

  it('is the end of the rank that printed a part of the table, also when the other one ran on', () => {
    const part = timed([
      [0, BEGIN],
      [1, HEADER],
      [2, ROW],
      [4, end(0)],
    ]);
    const silent = timed([
      [0, BEGIN],
      [34, STOP],
    ]);
    const failure = explain({ log: part, exitCode: 0 }, { log: silent, exitCode: 137, endedBySuite: true });
    assert.equal(failure.class, 'Incomplete');
  });

  it('is the rank that stopped in the middle of its table when the other one had ended well', () => {
    const silent = timed([
      [0, BEGIN],
      [1, HEADER],
      [2, ROW],
      [34, STOP],
    ]);
    const done = timed([
      [0, BEGIN],
      [4, end(0)],
    ]);
    const failure = explain({ log: silent, exitCode: 137, endedBySuite: true }, { log: done, exitCode: 0 });
    assert.equal(failure.class, 'Hung');
    assert.match(
      failure.message,
      /^the rank on node2 \(gpu-2\) did not end after the rank on node1 \(gpu-1\) had ended with exit code 0, and the suite stopped it; \d+ of \d+ rows/,
    );
  });

  it('is the error of a rank that ended before its peer was killed, and not the other way round', () => {
    const failed = (second: number) => ({
      log: timed([
        [0, BEGIN],
        [second, 'NIXL: registerMem failed (NIXL_ERR_BACKEND)'],
        [second, end(1)],
      ]),
      exitCode: 1,
    });
    assert.equal(explain(failed(10), killed).class, 'MemoryRegistration');
    const after = explain(failed(25), killed);
    assert.equal(after.class, 'PeerLost');
    assert.match(after.message, /^the rank on node1 \(gpu-1\) was killed with SIGKILL \(exit code 137\)/);
  });

  it('is the kill of a rank, and not what its peer printed in the same second about the exchange with it', () => {
    const line = "loadRemoteMD: error loading connection info for backend 'UCX' with status NIXL_ERR_BACKEND";
    const peer = (second: number) => ({
      log: timed([
        [0, BEGIN],
        [second, `E0101 00:00:00.000000     11 nixl_agent.cpp:1400] ${line}`],
        [second, end(1)],
      ]),
      exitCode: 1,
    });
    for (const second of [19.1, 20, 20.9]) assert.equal(explain(peer(second), killed).class, 'PeerLost', `${second}`);
    assert.equal(explain(peer(10), killed).class, 'MetadataExchange');
  });

  it('is the kill of a rank, although it had warned before', () => {
    const warned =
      'libfabric:7:1700000000::efa:core:efa_hmem_info_check_p2p_support_cuda():160<warn> Failed to register CUDA buffer with the EFA device';
    const failure = explain(
      { log: framed(warned, 1), exitCode: 1, endedBySuite: true },
      { log: framed(warned, 137), exitCode: 137 },
    );
    assert.equal(failure.class, 'PeerLost');
  });

  it('is no error that the rank survived: it printed rows afterwards', () => {
    const log = timed([
      [0, BEGIN],
      [1, HEADER],
      [2, 'NIXL: registerMem failed (NIXL_ERR_BACKEND)'],
      [5, ROW],
      [6, ''],
      [9, end(139)],
    ]);
    const waiting = { log: stoppedAt(14), exitCode: 1, endedBySuite: true };
    assert.equal(explain({ log, exitCode: 139 }, waiting).class, 'Crashed');
    const fatal = log.replace(/^(\S+) \n/m, '$1 NIXL: registerMem failed (NIXL_ERR_BACKEND)\n');
    assert.equal(explain({ log: fatal, exitCode: 139 }, waiting).class, 'MemoryRegistration');
  });

  it('is the error of one of several processes, whose outputs have no common order', () => {
    const failed = 'UCX  ERROR ibv_reg_mr(address=0x7f, length=4096, access=0xf) failed: Cannot allocate memory';
    const ucx = testOf({ tool: 'ucx-perftest', memory: 'host', devices: ['nic0:1', 'nic1:1'] });
    const output = [
      '@@dynamo-bench {"event":"process","index":0}',
      failed,
      '@@dynamo-bench {"event":"process","index":1}',
      '+--------------+--------------+------------------------------+---------------------+-----------------------+',
      '|    Test      | # iterations | 50.0%ile average overall |  average |  overall |  average  |  overall  |',
      's65536                1000      0.000     5.000     5.000     12500.00   12500.00      200000      200000',
    ].join('\n');
    const failure = explain(
      { log: framed(output, 1), exitCode: 1 },
      { log: framed('', 139), exitCode: 139 },
      onP5,
      ucx,
    );
    assert.equal(failure.class, 'MemoryRegistration');
  });

  it('is the error that precedes a crash of the same rank', () => {
    const log = framed('NIXL: createBackend failed! (NIXL_ERR_NOT_FOUND)\nSegmentation fault', 139);
    const failure = explain({ log, exitCode: 139 }, { log, exitCode: 139 });
    assert.equal(failure.class, 'BackendUnavailable');
    assert.match(
      failure.message,
      /^the rank on node2 \(gpu-2\) could not create its NIXL back end: "NIXL: createBackend/,
    );
  });

  it('is a pod that was removed, and the rows that were measured are counted', () => {
    const measured = nixlbenchLog(libfabric as Parameters<typeof nixlbenchLog>[0], 0, 46, 3);
    const failure = explain({ log: framed(measured, 1), exitCode: 1, endedBySuite: true }, { log: '' });
    assert.equal(failure.class, 'PeerLost');
    assert.match(failure.message, /^the rank on node1 \(gpu-1\) lost its pod.*; 3 of 15 rows/);
    assert.doesNotMatch(failure.message, /not registered/);
  });

  it('is the loss of etcd, when the run’s etcd was replaced', () => {
    const stopped = { log: stoppedAt(9), exitCode: 1, endedBySuite: true };
    const failure = explain(stopped, stopped, { ...onP5, etcdLost: true });
    assert.equal(failure.class, 'EtcdLost');
    assert.match(failure.message, /^the etcd of the run was lost while the ranks ran.*deleted, replaced, or not ready/);
  });

  describe('is an end of the other rank, and not what needs that rank', () => {
    const NO_METADATA = 'NIXL: loadRemoteMD failed (NIXL_ERR_NOT_FOUND)';
    const ended = (second: number, exitCode: number, ...lines: string[]) => ({
      log: timed([[0, BEGIN], ...lines.map((line) => [second, line] as const), [second, end(exitCode)]]),
      exitCode,
    });

    it('when the other one ended before without a word', () => {
      const failure = explain(ended(5, 1, 'All processes are ready to proceed'), ended(10, 1, NO_METADATA));
      assert.equal(failure.class, 'Crashed');
      assert.match(failure.message, /^the rank on node2 \(gpu-2\) ended with exit code 1/);
    });

    it('when the other pod was evicted at an unknown time', () => {
      const failure = explain({ log: '', reason: 'Evicted' }, ended(9, 1, NO_METADATA));
      assert.equal(failure.class, 'PeerLost');
      assert.match(failure.message, /^the rank on node2 \(gpu-2\) lost its pod.*\(Evicted\)/);
    });

    it('but a reason that lies in this rank is the cause', () => {
      const failure = explain(
        { log: '', reason: 'Evicted' },
        ended(9, 1, 'Remote connection has 8 rails, expected 32'),
      );
      assert.equal(failure.class, 'MetadataExchange');
    });
  });

  it('names an eviction that killed the rank', () => {
    const log = timed([
      [0, BEGIN],
      [5, 'All processes are ready to proceed'],
    ]);
    const failure = explain(
      { log, exitCode: 137, reason: 'Evicted' },
      { log: stoppedAt(14), exitCode: 1, endedBySuite: true },
    );
    assert.match(failure.message, /was killed with SIGKILL \(exit code 137, Evicted\)/);
  });

  describe('a hang', () => {
    const silent = { log: stoppedAt(200), exitCode: 1, endedBySuite: true };
    const stalled = { stalledFor: 180 };

    it('over EFA names the security group and the zones', () => {
      const failure = explain(silent, silent, { ...onP5, ...stalled });
      assert.equal(failure.class, 'Hung');
      assert.match(failure.message, /printed nothing for 3 min/);
      assert.match(failure.hint, /security group.*both directions.*availability zone/);
    });

    it('over EFA after a row has another cause', () => {
      const table = nixlbenchLog(libfabric as Parameters<typeof nixlbenchLog>[0], 0, 46, 3);
      const failure = explain({ ...silent, log: framed(table, 1) }, silent, { ...onP5, ...stalled });
      assert.equal(failure.class, 'Hung');
      assert.doesNotMatch(failure.hint, /security group/);
      assert.match(failure.hint, /increase `stallTimeout`/, 'the time limit has not passed');
    });

    it('of LIBFABRIC without a progress thread over another provider names the option', () => {
      const hint = (context: AttemptContext, fields: object, environment = {}) =>
        explain({ ...silent, environment }, silent, { ...context, ...stalled }, testOf({ ...LIBFABRIC, ...fields }))
          .hint;
      assert.match(hint(onEthernet, {}), /enablePt/);
      assert.match(hint(onP5, {}, { FI_PROVIDER: 'tcp' }), /enablePt/);
      assert.doesNotMatch(hint(onEthernet, { enablePt: true }), /enablePt/);
    });
  });

  it('is a warning only as a last resort, when a rank failed without another word', () => {
    const warning =
      "[1700000000.1] [h:7:0] ucp_context.c:1268 UCX  WARN  transports 'cuda_ipc','cuda_copy' are not available, please use one or more of: tcp";
    const ucx = testOf({ tool: 'ucx-perftest', memory: 'host' });
    const waiting = { log: framed('', 1), exitCode: 1, endedBySuite: true };
    const failed = explain({ log: framed(warning, 255), exitCode: 255 }, waiting, onP5, ucx);
    assert.equal(failed.class, 'NoTransport');
    const killed = explain({ log: framed(warning, 137), exitCode: 137 }, waiting, onP5, ucx);
    assert.equal(killed.class, 'PeerLost');
  });

  it('says what is in the folder of plug-ins', () => {
    const frame = '@@dynamo-bench {"event":"plugins","folder":"/opt/plugins","files":["libplugin_POSIX.so"]}';
    const lines = `W1128 20:17:01.234369 7 nixl_plugin_manager.cpp:276] Plugin file does not exist: /opt/plugins/libplugin_UCX.so\nNIXL: createBackend failed! (NIXL_ERR_NOT_FOUND)\n${frame}`;
    const failure = explain({ log: framed(lines, 1), exitCode: 1 }, { log: framed(lines, 1), exitCode: 1 });
    assert.match(failure.message, /libplugin_UCX\.so", and \/opt\/plugins contains libplugin_POSIX\.so;/);
  });
});
