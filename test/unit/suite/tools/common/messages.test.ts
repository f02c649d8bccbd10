import assert from 'node:assert/strict';
import { EFA_SIGNS } from '../../../../../suite/fabrics/efa/signs.js';
import { diagnose } from '../../../../../suite/judge/diagnosis.js';
import { classifyOutput as classify } from '../../../../../suite/tools/common/messages.js';
import { type TransportTestSpec, toolOf } from '../../../../../suite/tools/registry.js';
import type { Retry } from '../../../../../suite/verdict/classes/failure-kind.js';
import { FAILURES, type FailureClass } from '../../../../../suite/verdict/failure.js';
import { fixtureLines } from '../../../../support/fixtures.js';

function classifyOutput(tool: TransportTestSpec['tool'], lines: readonly string[]) {
  return classify(toolOf({ tool }), lines);
}

describe('messages of the tools', () => {
  const nixlbench: readonly [string, FailureClass, Retry][] = [
    ['Failed to connect to ETCD: connection refused', 'EtcdUnreachable', 'rendezvous'],
    ['Failed to acquire lock: failed to connect to all addresses', 'EtcdUnreachable', 'rendezvous'],
    ['Failed to setup ETCD runtime', 'EtcdUnreachable', 'rendezvous'],
    ['Failed to acquire lock: the target uri is not valid', 'EtcdUri', 'never'],
    ['Failed to store agent target prefix key in etcd: the target uri is not valid', 'EtcdUri', 'never'],
    ['Rank 2 is greater than or equal to global size 2', 'StaleRendezvous', 'rendezvous'],
    ['Failed to synchronize at start barrier', 'RendezvousTimeout', 'rendezvous'],
    ['Failed to synchronize all processes', 'RendezvousTimeout', 'rendezvous'],
    [
      'Error in barrier wait xferbench/g4/barrier/sync/1/ rank 1 completed 1/2 ranks',
      'RendezvousTimeout',
      'rendezvous',
    ],
    ['Timeout waiting for int data from rank 1', 'RendezvousTimeout', 'rendezvous'],
    ['Timeout waiting for char data acknowledgment from rank 0', 'RendezvousTimeout', 'rendezvous'],
    ['Timeout waiting for reduction contributions (got 1/2', 'RendezvousTimeout', 'rendezvous'],
    ['NIXL: failed to receive metadata size', 'RendezvousTimeout', 'rendezvous'],
    ['  what():  ASIO Receive timeout', 'RendezvousTimeout', 'rendezvous'],
    ['ASIO Connection failed: Connection refused', 'RendezvousTimeout', 'rendezvous'],
    ['nixlbench: peer rank 1 key missing (or etcd error) -- peer may have died', 'PeerLost', 'rendezvous'],
    ['nixlbench: peer liveness check failed — aborting poll', 'PeerLost', 'rendezvous'],
    ['nixlbench: keepalive failed before transfer — aborting', 'PeerLost', 'rendezvous'],
    ['NIXL Xfer failed with status: NIXL_ERR_REMOTE_DISCONNECT', 'PeerLost', 'rendezvous'],
    ['NIXL Xfer failed with status: NIXL_ERR_BACKEND', 'TransferFailed', 'rendezvous'],
    ['NIXL releaseXferReq failed', 'TransferFailed', 'rendezvous'],
    ['E1125 libfabric_backend.cpp: Transfer completed with CQ error', 'TransferFailed', 'rendezvous'],
    ['NIXL: loadRemoteMD failed: NIXL_ERR_BACKEND', 'MetadataExchange', 'never'],
    ['Deserialization of tag dest_data_ep_4 failed', 'MetadataExchange', 'never'],
    ['NIXL: createBackend failed! (NIXL_ERR_NOT_FOUND)', 'BackendUnavailable', 'never'],
    ['NIXL: createXferReq failed: NIXL_ERR_NOT_SUPPORTED', 'BackendUnavailable', 'never'],
    ['Failed to discover system topology - cannot proceed without topology information', 'BackendUnavailable', 'never'],
    ['No network devices found', 'BackendUnavailable', 'never'],
    ['Topology discovery failed - no suitable network providers found', 'BackendUnavailable', 'never'],
    ['Unsupported NIXLBench backend: Libfabric', 'UnsupportedBackend', 'never'],
    ['NIXL: registerMem failed (Error code: -1)', 'MemoryRegistration', 'never'],
    ['libfabric:12:efa:mr: Unable to register MR of 8589934592 bytes: Bad address', 'MemoryRegistration', 'never'],
    ['Failed to register CUDA buffer with the EFA device', 'MemoryRegistration', 'never'],
    ['FI_HMEM_CUDA P2P support is not available.', 'MemoryRegistration', 'never'],
    ['CUDA: cudaMalloc failed (Error code: 2)', 'MemoryRegistration', 'never'],
    ["ERROR: unknown command line flag 'progress_threads'", 'ToolOptions', 'never'],
    ["ERROR: illegal value 'x' specified for int32 flag 'num_iter'", 'ToolOptions', 'never'],
    ['Incorrect buffer size configuration', 'ToolOptions', 'never'],
    ['Invalid runtime: ETCD', 'ToolOptions', 'never'],
    ['nixlbench: error while loading shared libraries: libgflags.so.2.2: cannot open', 'ToolMissing', 'never'],
    ['UCP API version is incompatible: required >= 1.19, actual 1.16.0', 'ToolMissing', 'never'],
    ['/dynamo-bench/entry.sh: 51: nixlbench: not found', 'ToolMissing', 'never'],
    ['Consistency check failed for iov 0:0', 'ConsistencyFailed', 'never'],
  ];
  const ucx: readonly [string, FailureClass, Retry][] = [
    ['This test should be run with exactly 2 processes in p2p case (actual: 1)', 'ToolOptions', 'never'],
    ['UCX  ERROR Invalid option argument for -t', 'ToolOptions', 'never'],
    ['bind() failed: Address already in use', 'ConnectionRefused', 'rendezvous'],
    ['UCX  ERROR Failed to run test: Input/output error', 'Crashed', 'rendezvous'],
    ['UCX  ERROR Memory type cuda is not supported by this build', 'NoTransport', 'never'],
    ['UCX  ERROR sock: rte barrier remote peer failure', 'PeerLost', 'rendezvous'],
    ['UCX  ERROR Endpoint timeout', 'PeerLost', 'rendezvous'],
  ];
  for (const [tool, table] of [
    ['nixlbench', nixlbench],
    ['ucx-perftest', ucx],
  ] as const) {
    for (const [line, failureClass, retry] of table) {
      it(`${tool} "${line}" is ${failureClass}, retry ${retry}`, () => {
        const found = classifyOutput(tool, ['noise', line, 'more noise']);
        assert.deepEqual([found?.class, found?.line], [failureClass, line.trim()]);
        assert.equal(FAILURES[failureClass].retry, retry);
      });
    }
  }

  it('says more than the class does where more is known', () => {
    const hint = (line: string) => classifyOutput('nixlbench', [line])?.hint;
    assert.match(hint('Failed to store agent initiator prefix key in etcd: x') ?? '', /Unset NIXL_ETCD_ENDPOINTS/);
    assert.match(hint('Invalid runtime: ETCD') ?? '', /etcd-cpp-api/);
    assert.match(hint('Deserialization of tag x failed') ?? '', /same number of EFA devices/);
    assert.match(classifyOutput('ucx-perftest', ['should be run with exactly 2 processes'])?.hint ?? '', /without MPI/);
  });

  it('names the cause and not what follows from it, wherever they stand', () => {
    const lines = [
      'Failed to setup ETCD runtime',
      'Timeout waiting for x',
      'Rank 2 is greater than or equal to global size 2',
    ];
    assert.equal(classifyOutput('nixlbench', lines)?.class, 'StaleRendezvous');
  });

  it('keeps what a person can read of a line without end', () => {
    const line = `${'x'.repeat(1e6)} NIXL Xfer failed ${'y'.repeat(1e6)}`;
    const found = classifyOutput('nixlbench', [line]);
    assert.match(found?.line ?? '', /NIXL Xfer failed/);
    assert.ok((found?.line.length ?? 0) <= 500);
  });

  it('does not take any missing file for a missing tool', () => {
    assert.equal(classifyOutput('nixlbench', ['open(/dev/gdrdrv) failed: No such file or directory']), undefined);
  });

  it('diagnoses a slow path from the libraries’ own words, and nothing from a clean log', () => {
    const codes = (...lines: string[]) => diagnose(EFA_SIGNS, lines).map(({ code }) => code);
    assert.deepEqual(codes('Discovered 2 tcp devices (TCP fallback)', 'Using simplified topology for tcp devices'), [
      'tcp-fallback',
    ]);
    assert.deepEqual(codes('| 0..inf | software emulation | tcp/eth0 |'), ['emulated-rma']);
    const table = (header: string) => [
      `[1.2] [h:1:0] | ucp_context_0 ${header} |`,
      '[1.2] [h:1:0] +-----------+',
      '[1.2] [h:1:0] | 0..inf | software emulation | srd/rdmap0:1 |',
    ];
    const write = 'remote memory write by ucp_put* from host memory to host';
    assert.deepEqual(codes(...table(`inter-node cfg#2 | ${write}`)), ['emulated-rma']);
    assert.deepEqual(codes(...table(`self cfg#0 | ${write}`)), []);
    assert.deepEqual(codes(...table(`intra-node cfg#1 | ${write}`)), []);
    assert.deepEqual(codes(...table('inter-node cfg#2 | active message by ucp_am_send* from host memory')), []);
    assert.deepEqual(codes(...table(`self cfg#0 | ${write}`), ...table(`inter-node cfg#2 | ${write}`)), [
      'emulated-rma',
    ]);
    assert.deepEqual(codes('32 Amazon EFA(s) were detected, but the UCX backend was configured.'), ['efa-through-ucx']);
    assert.deepEqual(codes(...fixtureLines('nixlbench/clean.rank0.txt')), []);
  });

  it('recorded failures are what they were', () => {
    assert.equal(classifyOutput('nixlbench', fixtureLines('nixlbench/stale-group.txt'))?.class, 'StaleRendezvous');
    assert.equal(
      classifyOutput('nixlbench', fixtureLines('nixlbench/target-killed.rank0.txt'))?.class,
      'RendezvousTimeout',
    );
    assert.equal(
      classifyOutput('nixlbench', fixtureLines('nixlbench/backend-not-found.rank0.txt'))?.class,
      'BackendUnavailable',
    );
    assert.equal(
      classifyOutput('ucx-perftest', fixtureLines('ucx-perftest/no-server.client.txt'))?.class,
      'ConnectionRefused',
    );
    assert.equal(
      classifyOutput('ucx-perftest', fixtureLines('ucx-perftest/bad-device.client.txt'))?.class,
      'NoTransport',
    );
    assert.equal(
      classifyOutput('ucx-perftest', fixtureLines('ucx-perftest/server-killed.client.txt'))?.class,
      'PeerLost',
    );
  });

  it('a test that ucx_perftest does not know is an option that it does not take', () => {
    const lines = fixtureLines('ucx-perftest/bad-test.client.txt');
    assert.equal(classifyOutput('ucx-perftest', lines)?.class, 'ToolOptions');
  });

  it('a clean log names no failure', () => {
    assert.equal(classifyOutput('nixlbench', fixtureLines('nixlbench/clean.rank0.txt')), undefined);
    assert.equal(classifyOutput('ucx-perftest', fixtureLines('ucx-perftest/put-bw.client.txt')), undefined);
  });
});
