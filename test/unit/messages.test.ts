import assert from 'node:assert/strict';
import { FAILURES } from '../../suite/failure.js';
import { classifyOutput } from '../../suite/tools/messages.js';
import { fixtureLines } from '../support/fixtures.js';

describe('messages of the tools', () => {
  const nixlbench: readonly [string, string, string][] = [
    ['Failed to acquire lock: the target uri is not valid', 'EtcdUri', 'never'],
    ['Failed to connect to ETCD: connection refused', 'EtcdUnreachable', 'rendezvous'],
    ['Failed to synchronize at start barrier', 'RendezvousTimeout', 'rendezvous'],
    ['Timeout waiting for int data from rank 1', 'RendezvousTimeout', 'rendezvous'],
    ['nixlbench: peer rank 1 key missing (or etcd error) -- peer may have died', 'PeerLost', 'rendezvous'],
    ['Unsupported NIXLBench backend: Libfabric', 'UnsupportedBackend', 'never'],
    ['NIXL: registerMem failed (Error code: -1)', 'MemoryRegistration', 'never'],
    ['NIXL: loadRemoteMD failed: NIXL_ERR_BACKEND', 'MetadataExchange', 'never'],
    ["ERROR: unknown command line flag 'progress_threads'", 'ToolOptions', 'never'],
    ['Incorrect buffer size configuration', 'ToolOptions', 'never'],
    ['nixlbench: error while loading shared libraries: libgflags.so.2.2: cannot open', 'ToolMissing', 'never'],
    ['Consistency check failed for iov 0:0', 'ConsistencyFailed', 'never'],
  ];
  for (const [line, failureClass, retry] of nixlbench) {
    it(`nixlbench "${line}" is ${failureClass}, retry ${retry}`, () => {
      assert.deepEqual(classifyOutput('nixlbench', ['noise', line]), { class: failureClass, line });
      assert.equal(FAILURES[failureClass as keyof typeof FAILURES].retry, retry);
    });
  }

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

  it('a clean log names no failure', () => {
    assert.equal(classifyOutput('nixlbench', fixtureLines('nixlbench/clean.rank0.txt')), undefined);
    assert.equal(classifyOutput('ucx-perftest', fixtureLines('ucx-perftest/put-bw.client.txt')), undefined);
  });
});
