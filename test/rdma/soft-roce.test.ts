import assert from 'node:assert/strict';
import { parseSpec } from '../../suite/spec/spec.js';
import { type RankLog, readRankLog } from '../../suite/tools/common/log-lines.js';
import { ucxPerftest } from '../../suite/tools/ucx-perftest/tool.js';
import { GUEST_LIMIT, type GuestRun, runOnSoftRoce, SERVER_ADDRESS } from '../support/soft-roce.js';

/** Two sizes, so that one table has several rows. */
const SPEC = parseSpec({
  name: 'soft-roce',
  tests: [
    {
      name: 'rdma-write',
      tool: 'ucx-perftest',
      memory: 'host',
      sizes: ['64Ki', '256Ki'],
      iterations: 32,
      warmupIterations: 4,
    },
  ],
});

/** The RDMA devices of the guest have GIDs of IPv4 at this index; at index 0 they have link-local ones of IPv6. */
const ENVIRONMENT = { UCX_IB_GID_INDEX: '1' };

const [test] = SPEC.tests;
assert.ok(test?.tool === 'ucx-perftest');
const TEST = test;

/**
 * Returns a pod that writes with the verb RDMA WRITE of UCX's lower layer. The upper layer would exchange addresses by
 * datagrams first, which UCX does not receive from soft-RoCE.
 */
function pod(device: string, server?: string) {
  const { command, environment } = ucxPerftest.run(TEST, {
    folder: '/dynamo-bench',
    etcdEndpoint: '',
    group: '',
    ...(server ? { server } : {}),
  });
  const files = Object.entries(ucxPerftest.files(TEST)).map(([name, text]) => [
    `${name}-${device}`,
    text.replaceAll('-t ucp_put_bw -m host', `-t put_bw -x rc_verbs -D zcopy -d ${device}:1`),
  ]);
  const named = command.map((argument) => (argument.includes('/batch-') ? `${argument}-${device}` : argument));
  return { command: named, environment: { ...environment, ...ENVIRONMENT }, files: Object.fromEntries(files) };
}

describe('RDMA WRITE between two soft-RoCE devices', function () {
  this.timeout((GUEST_LIMIT + 300) * 1000);
  let run: GuestRun;
  let server: RankLog;
  let client: RankLog;

  before(async () => {
    run = await runOnSoftRoce({ server: pod('rxe0'), client: pod('rxe1', SERVER_ADDRESS) }, [TEST.port]);
    server = readRankLog(run.server);
    client = readRankLog(run.client);
  });

  const moved = ({ counters }: RankLog, device: string, counter: string) => {
    const value = (when: string) => counters.find((frame) => frame.when === when && frame.device === device);
    const [before, after] = [value('before')?.counters[counter], value('after')?.counters[counter]];
    assert.ok(before !== undefined && after !== undefined, `${counter} of ${device}`);
    return after - before;
  };

  it('prints all frames of the entry script on both sides, and a row for each size', () => {
    assert.deepEqual([server.complete, client.complete], [true, true]);
    const outputs = [
      { position: 'node2', log: server },
      { position: 'node1', log: client },
    ] as const;
    const table = ucxPerftest.readTable(TEST, outputs);
    assert.deepEqual([table.complete, table.rows.map(({ blockSize }) => blockSize)], [true, TEST.sizes]);
  });

  it('shows each pod the counters of its own device', () => {
    const devices = ({ counters }: RankLog) => [...new Set(counters.map(({ device }) => device))].sort();
    assert.deepEqual(devices(server), ['infiniband/rxe0', 'net/eth0', 'net/lo']);
    assert.deepEqual(devices(client), ['infiniband/rxe1', 'net/eth0', 'net/lo']);
  });

  it('moves the bytes in packets of the RDMA devices, and none over the interface of the pods', () => {
    const { least } = ucxPerftest.expectedBytes(TEST);
    // The largest payload of a RoCE packet is 4096 bytes.
    assert.ok(moved(client, 'infiniband/rxe1', 'sent_pkts') >= least / 4096);
    assert.ok(moved(server, 'infiniband/rxe0', 'rcvd_pkts') >= least / 4096);
    // The control connection.
    assert.ok(moved(client, 'net/eth0', 'tx_bytes') < least / 1000);
    assert.ok(moved(server, 'net/eth0', 'rx_bytes') < least / 1000);
  });

  it('sends the packets through the cable between the two devices', () => {
    const sent = /^guest: roce1 sent (\d+) bytes/m.exec(run.console)?.[1];
    assert.ok(Number(sent) >= ucxPerftest.expectedBytes(TEST).least, run.console);
  });
});
