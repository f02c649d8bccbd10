import assert from 'node:assert/strict';
import { readProbe } from '../../suite/cluster/probe.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import { judgeTransport, type RankEvidence } from '../../suite/judge/judge.js';
import { parseSpec } from '../../suite/spec/spec.js';
import { type RankLog, readRankLog } from '../../suite/tools/common/log-lines.js';
import { ucxPerftest } from '../../suite/tools/ucx-perftest/tool.js';
import { GUEST_LIMIT, type GuestRun, runOnSoftRoce, SERVER_ADDRESS } from '../support/soft-roce.js';

/** Two sizes, so that one table has several rows. */
const SPEC = parseSpec({
  name: 'soft-roce',
  fabric: { kind: 'roce' },
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
  const before = 'sh /dynamo-bench/probe.sh';
  return { before, command: named, environment: { ...environment, ...ENVIRONMENT }, files: Object.fromEntries(files) };
}

/** Divides what a pod printed into the output of the probe and that of the entry script. */
function halves(printed: string): [string, string] {
  const end = '@@dynamo-bench section end\n';
  const at = printed.indexOf(end) + end.length;
  assert.ok(at > end.length, printed);
  return [printed.slice(0, at), printed.slice(at)];
}

describe('RDMA WRITE between two soft-RoCE devices', function () {
  this.timeout((GUEST_LIMIT + 300) * 1000);
  let run: GuestRun;
  let probes: Readonly<Record<'server' | 'client', string>>;
  let server: RankLog;
  let client: RankLog;

  before(async () => {
    run = await runOnSoftRoce({ server: pod('rxe0'), client: pod('rxe1', SERVER_ADDRESS) }, [TEST.port]);
    probes = { server: halves(run.server)[0], client: halves(run.client)[0] };
    server = readRankLog(halves(run.server)[1]);
    client = readRankLog(halves(run.client)[1]);
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

  it('reads link layer, rate and state of the own device', () => {
    const links = [readProbe(probes.server, 'node2', '').links, readProbe(probes.client, 'node1', '').links];
    const [of0, of1] = links.map((ports) =>
      ports?.map(({ device, port, linkLayer, state }) => [device, port, linkLayer, state]),
    );
    assert.deepEqual(of0, [['rxe0', 1, 'Ethernet', '4: ACTIVE']]);
    assert.deepEqual(of1, [['rxe1', 1, 'Ethernet', '4: ACTIVE']]);
  });

  it('calls the path unproven with the packets that moved, and not another path', () => {
    const { fabric: declared } = SPEC;
    assert.ok(declared?.kind === 'roce');
    const { links = [] } = readProbe(probes.client, 'node1', '');
    const fabric = fabricKindOf(declared).fabricOfReading(declared, links, 0);
    // Linux reports this rate for every soft-RoCE device (rxe_param.h): 10 Gbit/s, 1.25 GB/s.
    assert.equal(fabric?.lineRate, 1.25e9);
    const rank = (position: 'node1' | 'node2', log: string): RankEvidence => ({
      position,
      node: position,
      log: halves(log)[1],
      exitCode: 0,
      endedBySuite: false,
    });
    const context = { fabric, networkInterface: '', visibleNics: 1, timedOut: false };
    const judged = judgeTransport(TEST, [rank('node2', run.server), rank('node1', run.client)], context);
    const codes = judged.reasons.map(({ code }) => code);
    assert.deepEqual(
      [judged.path?.status, codes.includes('wrong-path'), judged.failure],
      ['unproven', false, undefined],
    );
    const packets = `${moved(client, 'infiniband/rxe1', 'sent_pkts')} packets (node1)`;
    const reason = judged.reasons.find(({ code }) => code === 'path-unproven');
    assert.ok(reason?.message.includes(packets), `${packets}: ${reason?.message}`);
    assert.ok(judged.measurement);
  });

  it('sends the packets through the cable between the two devices', () => {
    const sent = /^guest: roce1 sent (\d+) bytes/m.exec(run.console)?.[1];
    assert.ok(Number(sent) >= ucxPerftest.expectedBytes(TEST).least, run.console);
  });
});
