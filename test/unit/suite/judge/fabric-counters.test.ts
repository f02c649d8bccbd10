import assert from 'node:assert/strict';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import { ethernetKind } from '../../../../suite/fabrics/ethernet/kind.js';
import type { Fabric } from '../../../../suite/hardware/fabric.js';
import { judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import type { CounterFrame } from '../../../../suite/tools/common/log-lines.js';
import type { UcxPerftestSpec } from '../../../../suite/tools/ucx-perftest/spec.js';
import { rank } from '../../../support/evidence.js';
import { ucxTable } from '../../../support/tables.js';

const MIB = 2 ** 20;
const GBIT = 1e9 / 8;
const SENT = 1000 * MIB;

type Device = Omit<CounterFrame, 'event' | 'when' | 'counters'> & { readonly moved: Record<string, number> };

/** Judges a test of 1000 MiB from the client on node1 to the server on node2, whose devices moved so much. */
function judged(
  fabric: Fabric,
  devices: { readonly sender: readonly Device[]; readonly receiver: readonly Device[] },
  {
    test = 'ucp_put_bw',
    interfaces = 'eth0' as string | readonly string[],
    share = 0.9,
    size = MIB,
    iterations = 1000,
  } = {},
) {
  const spec = parseSpec({
    name: 's',
    tests: [{ name: 'u', tool: 'ucx-perftest', test, memory: 'host', sizes: [size], iterations, warmupIterations: 0 }],
  }).tests[0] as UcxPerftestSpec;
  const perSecond = fabric.lineRate * share;
  const table = ucxTable('csv', { size, latency: (size / perSecond) * 1e6, bandwidth: perSecond / MIB });
  const framed = (seen: readonly Device[], output: string) => {
    const frame = (value: object) => `@@dynamo-bench ${JSON.stringify(value)}`;
    const frames = (when: 'before' | 'after') =>
      seen.map(({ moved, ...device }) => {
        const counters = Object.entries(moved).map(([name, bytes]) => [name, 7000 + (when === 'after' ? bytes : 0)]);
        return frame({ event: 'counters', when, ...device, counters: Object.fromEntries(counters) });
      });
    return [
      frame({ event: 'begin' }),
      ...frames('before'),
      output,
      ...frames('after'),
      frame({ event: 'end', exitCode: 0 }),
    ].join('\n');
  };
  const judgement = judgeTransport(
    spec,
    [
      { ...rank('node2', ''), log: framed(devices.receiver, ''), node: 'b' },
      { ...rank('node1', ''), log: framed(devices.sender, table.join('\n')), node: 'a' },
    ],
    { fabric, networkInterface: interfaces, visibleNics: fabric.nics, timedOut: false },
  );
  const messageOf = (code: string) => judgement.reasons.find((reason) => reason.code === code)?.message;
  return { ...judgement, messageOf };
}

const net = (name: string, moved: Record<string, number>, more: Partial<Device> = {}): Device => ({
  device: `net/${name}`,
  moved,
  ...more,
});
const port = (name: string, moved: Record<string, number>, more: Partial<Device> = {}): Device => ({
  device: `infiniband/${name}`,
  port: 1,
  moved,
  ...more,
});
const fabricOf = (kind: string, gbit: number, nics = 1): Fabric => ({
  kind,
  nics,
  lineRate: gbit * GBIT,
  gpus: 8,
  nicsPerGpu: 1,
  source: 'test',
});

describe('counters of a fabric', () => {
  it('prove Ethernet by the sender where eBPF host routing hides what the receiver receives', () => {
    const { verdict, path } = judged(ethernet(10 * GBIT, 'declared'), {
      sender: [net('eth0', { tx_bytes: SENT * 1.04, rx_bytes: 0 })],
      receiver: [net('eth0', { tx_bytes: 9_000_000, rx_bytes: 0 })],
    });
    assert.deepEqual([verdict, path?.status], ['pass', 'proven']);
    assert.match(path?.reason.message ?? '', /by the counters of node1 alone: those of node2 moved by 0 B/);
  });

  it('prove a get by what its target sends', () => {
    const { path } = judged(
      ethernet(10 * GBIT, 'declared'),
      {
        sender: [net('eth0', { tx_bytes: 9_000_000, rx_bytes: 0 })],
        receiver: [net('eth0', { tx_bytes: SENT * 1.04, rx_bytes: 0 })],
      },
      { test: 'ucp_get' },
    );
    assert.equal(path?.status, 'proven');
  });

  it('do not prove the path by bytes in the other direction', () => {
    const { path } = judged(ethernet(10 * GBIT, 'declared'), {
      sender: [net('eth0', { tx_bytes: 0, rx_bytes: SENT })],
      receiver: [net('eth0', { tx_bytes: SENT, rx_bytes: 0 })],
    });
    assert.equal(path?.status, 'unproven');
  });

  it('add up several interfaces of Ethernet, whose ceiling they share', () => {
    const fabric = ethernetKind.fabricOf({ kind: 'ethernet', rate: 10 * GBIT, interface: ['net1', 'net2'] });
    const half = (counter: string) => ['net1', 'net2'].map((name) => net(name, { [counter]: SENT * 0.52 }));
    const { verdict, path, ceiling } = judged(
      fabric,
      { sender: half('tx_bytes'), receiver: half('rx_bytes') },
      { interfaces: ['net1', 'net2'], share: 1.9 },
    );
    assert.deepEqual([verdict, path?.status, ceiling?.nics], ['pass', 'proven', 2]);
  });

  it('count every port of a device with several', () => {
    const half = (counter: string) =>
      [1, 2].map((number) => port('mlx4_0', { [counter]: (SENT * 0.51) / 4 }, { port: number }));
    const { verdict, path, ceiling } = judged(
      fabricOf('infiniband', 56),
      { sender: half('port_xmit_data'), receiver: half('port_rcv_data') },
      { share: 1.9 },
    );
    assert.deepEqual([verdict, ceiling?.nics], ['pass', 2]);
    assert.deepEqual(Object.keys(path?.devices ?? {}), ['mlx4_0:1', 'mlx4_0:2']);
  });

  it('tell IP over InfiniBand from RDMA on the same adapter', () => {
    const over = (data: string, bytes: string) => [
      port('mlx5_0', { [data]: (SENT * 1.05) / 4 }),
      net('ib0', { [bytes]: SENT * 1.04 }, { linkLayer: 'InfiniBand' }),
    ];
    const { verdict, path } = judged(fabricOf('infiniband', 400), {
      sender: over('port_xmit_data', 'tx_bytes'),
      receiver: over('port_rcv_data', 'rx_bytes'),
    });
    assert.deepEqual([verdict, path?.status], ['fail', 'wrong']);
    assert.match(path?.reason.message ?? '', /ib0 \(IP\)/);
  });

  it('are no evidence against a path when they are missing on every device, EFA’s too', () => {
    for (const kind of ['efa', 'infiniband', 'roce']) {
      const { path } = judged(fabricOf(kind, 100), {
        sender: [port('x0', { lifespan: 0 }), net('eth0', { tx_bytes: SENT })],
        receiver: [port('x0', { lifespan: 0 }), net('eth0', { rx_bytes: SENT })],
      });
      assert.equal(path?.status, 'unproven', kind);
    }
  });

  it('do not lower the ceiling below the devices that cannot count', () => {
    const devices = (counter: string) => [
      ...Array.from({ length: 15 }, (_, i) => port(`efa${i}`, { [counter]: SENT / 16 })),
      port('efa15', { lifespan: 0 }),
    ];
    const { verdict, ceiling } = judged(
      fabricOf('efa', 100, 16),
      { sender: devices('tx_bytes'), receiver: devices('rx_bytes') },
      { share: 15.8 },
    );
    assert.deepEqual([verdict, ceiling?.nics], ['pass', 16]);
  });

  it('do not lower the ceiling below a device whose counter does not move while the others lack its bytes', () => {
    const devices = (counter: string, counting: number) =>
      Array.from({ length: 16 }, (_, i) => port(`efa${i}`, { [counter]: i < counting ? SENT / 16 : 0 }));
    const on = (counting: number, share: number) =>
      judged(
        fabricOf('efa', 100, 16),
        { sender: devices('tx_bytes', counting), receiver: devices('rx_bytes', 16) },
        { share },
      );
    const still = on(15, 15.8);
    assert.deepEqual([still.verdict, still.ceiling?.nics], ['pass', 16]);
    assert.match(still.ceiling?.explanation ?? '', /or did not count the rest of the bytes \(1\)/);
    const idle = judged(
      fabricOf('efa', 100, 16),
      { sender: [port('efa0', { tx_bytes: SENT }), port('efa1', { tx_bytes: 0 })], receiver: devices('rx_bytes', 16) },
      { share: 1.5 },
    );
    assert.deepEqual([idle.verdict, idle.ceiling?.nics], ['inconclusive', 1], 'one device showed all bytes');
  });

  it('are no evidence for another path when a small test and its control connections move alike', () => {
    for (const [test, iterations] of [
      ['ucp_put_lat', 10_000],
      ['ucp_put_bw', 64_000],
    ] as const) {
      const sent = 8 * iterations;
      const ofSides = (moved: number) => ({
        sender: [port('mlx5_0', { port_xmit_data: 0 }), net('eth0', { tx_bytes: moved, rx_bytes: moved })],
        receiver: [port('mlx5_0', { port_rcv_data: 0 }), net('eth0', { tx_bytes: moved, rx_bytes: moved })],
      });
      const { path } = judged(fabricOf('roce', 400), ofSides(sent * 1.2), { test, size: 8, iterations });
      assert.equal(path?.status, 'unproven', test);
    }
    const moved = (counter: string, bytes: number) => [
      port('mlx5_0', { port_xmit_data: 0 }),
      net('eth0', { [counter]: bytes }),
    ];
    const small = (bytes: number) =>
      judged(
        fabricOf('roce', 400),
        { sender: moved('tx_bytes', bytes), receiver: moved('rx_bytes', bytes) },
        { size: 4096, iterations: 1000 },
      ).path?.status;
    assert.equal(small(4_200_000), 'wrong');
    assert.equal(small(12_000_000), 'unproven', 'three times the bytes are other traffic');
  });

  it('are no evidence for an interface over which one of several devices can have sent in software', () => {
    const devices = (packets: string, bytes: string) => [
      port('mlx5_0', { port_xmit_data: 0, port_rcv_data: 0 }),
      port('rxe0', { [packets]: SENT / 1000 }),
      net('eth0', { [bytes]: SENT * 1.04 }),
    ];
    const { path } = judged(fabricOf('roce', 400), {
      sender: devices('sent_pkts', 'tx_bytes'),
      receiver: devices('rcvd_pkts', 'rx_bytes'),
    });
    assert.equal(path?.status, 'unproven');
  });

  it('do not prove the path by the traffic of other pods on a shared device while an interface moved the bytes', () => {
    const seen = (data: string, bytes: string, moved: number) => [
      port('mlx5_0', { [data]: (SENT * 5) / 4 }),
      net('eth0', { [bytes]: moved }),
    ];
    const on = (moved: number) =>
      judged(fabricOf('infiniband', 400), {
        sender: seen('port_xmit_data', 'tx_bytes', moved),
        receiver: seen('port_rcv_data', 'rx_bytes', moved),
      });
    assert.deepEqual([on(SENT * 1.04).verdict, on(SENT * 1.04).path?.status], ['inconclusive', 'unproven']);
    assert.deepEqual([on(5_000_000).verdict, on(5_000_000).messageOf('other-traffic') !== undefined], ['pass', true]);
  });

  it('are evidence for an interface on the side that sends, and not on the side that receives alone', () => {
    const still = { sender: port('mlx5_0', { port_xmit_data: 0 }), receiver: port('mlx5_0', { port_rcv_data: 0 }) };
    const on = (sent: number, received: number) =>
      judged(fabricOf('infiniband', 400), {
        sender: [still.sender, net('eth0', { tx_bytes: sent })],
        receiver: [still.receiver, net('eth0', { rx_bytes: received })],
      }).path?.status;
    assert.equal(on(SENT * 1.04, 0), 'wrong', 'eBPF hides what the receiver receives');
    assert.equal(on(5_000_000, SENT * 1.04), 'unproven', 'the receiver received it from elsewhere, such as an image');
  });

  it('leave the path of an interface open that no pod has, and name the one that carried the bytes', () => {
    const { verdict, path } = judged(ethernet(10 * GBIT, 'declared'), {
      sender: [net('ens5', { tx_bytes: SENT * 1.04, rx_bytes: 0 })],
      receiver: [net('ens5', { tx_bytes: 0, rx_bytes: SENT * 1.04 })],
    });
    assert.deepEqual([verdict, path?.status], ['inconclusive', 'unproven']);
    assert.match(
      path?.reason.message ?? '',
      /have no interface eth0, and the bytes went over ens5.*set fabric\.interface/,
    );
  });

  it('of IP over the InfiniBand of another adapter do not lower those of the measured one', () => {
    const over = (data: string, bytes: string) => [
      port('mlx5_0', { [data]: (SENT * 1.02) / 4 }),
      net('ib8', { [bytes]: SENT * 3 }, { linkLayer: 'InfiniBand' }),
    ];
    const { path } = judged(fabricOf('infiniband', 400), {
      sender: over('port_xmit_data', 'tx_bytes'),
      receiver: over('port_rcv_data', 'rx_bytes'),
    });
    assert.equal(path?.status, 'proven');
  });

  it('name the events that lower a figure, with their numbers', () => {
    const { messageOf, verdict } = judged(fabricOf('efa', 100), {
      sender: [port('efa0', { tx_bytes: SENT, retrans_pkts: 31, unresponsive_remote_events: 2 })],
      receiver: [port('efa0', { rx_bytes: SENT, rx_drops: 5 })],
    });
    const message = messageOf('fabric-events') ?? '';
    assert.match(message, /31 packets retransmitted \(retrans_pkts of efa0 on node1\)/);
    assert.match(message, /2 unresponsive remote connections/);
    assert.match(message, /5 packets dropped on receipt \(rx_drops of efa0 on node2\)/);
    assert.equal(verdict, 'pass', 'the figure is valid');
    const infiniband = judged(fabricOf('infiniband', 400), {
      sender: [port('mlx5_0', { port_xmit_data: SENT / 4, symbol_error: 3, packet_seq_err: 4 })],
      receiver: [port('mlx5_0', { port_rcv_data: SENT / 4, out_of_sequence: 9, link_downed: 0 })],
    });
    assert.match(
      infiniband.messageOf('fabric-events') ?? '',
      /9 packets received out of order.*3 symbol errors.*4 packets /,
    );
    assert.doesNotMatch(infiniband.messageOf('fabric-events') ?? '', /link_downed/);
  });

  it('show an RDMA write that was emulated by sends', () => {
    const efa = (moved: Record<string, number>, test?: string) =>
      judged(
        fabricOf('efa', 100),
        { sender: [port('efa0', moved)], receiver: [port('efa0', { rx_bytes: SENT })] },
        test === undefined ? {} : { test },
      ).messageOf('rdma-write-emulated');
    assert.match(efa({ tx_bytes: SENT, send_bytes: SENT, rdma_write_bytes: 0 }) ?? '', /rdma_write_bytes did not move/);
    assert.equal(efa({ tx_bytes: SENT, rdma_write_bytes: SENT }), undefined);
    assert.equal(efa({ tx_bytes: SENT, send_bytes: SENT }), undefined, 'a device without the counter');
    assert.equal(efa({ tx_bytes: SENT, send_bytes: SENT, rdma_write_bytes: 0 }, 'tag_bw'), undefined, 'no write');
    const connecting = { tx_bytes: 4096, send_bytes: 4096, rdma_write_bytes: 0 };
    assert.equal(efa(connecting), undefined, 'the messages of a connection');
    assert.equal(
      efa({ tx_bytes: SENT, send_bytes: 0, rdma_write_bytes: 0 }),
      undefined,
      'nothing was sent as a message',
    );
  });

  it('of a bond allow the rate of both its ports, of which it reports one', () => {
    const bond = (moved: Record<string, number>) => [
      port('mlx5_bond_0', moved, { linkLayer: 'Ethernet', rate: '200 Gb/sec (4X HDR)' }),
    ];
    const devices = { sender: bond({ port_xmit_data: SENT / 4 }), receiver: bond({ port_rcv_data: SENT / 4 }) };
    const declared = judged(fabricOf('roce', 400), devices, { share: 0.95 });
    assert.deepEqual([declared.verdict, declared.messageOf('link-differs')], ['pass', undefined]);
    const ofOnePort = judged({ ...fabricOf('roce', 200), read: true }, devices, { share: 1.9 });
    assert.deepEqual([ofOnePort.verdict, ofOnePort.messageOf('implausible')], ['pass', undefined]);
  });

  it('of a port that is down do not contradict the fabric by its rate', () => {
    const down = port('mlx5_1', { port_xmit_data: 0 }, { rate: '2.5 Gb/sec (1X SDR)', state: '1: DOWN' });
    const { messageOf } = judged(fabricOf('roce', 400), {
      sender: [port('mlx5_0', { port_xmit_data: SENT / 4 }), down],
      receiver: [port('mlx5_0', { port_rcv_data: SENT / 4 })],
    });
    assert.equal(messageOf('link-differs'), undefined);
  });

  it('come with the link of the device, which the spec may contradict', () => {
    const seen = (linkLayer: string, rate: string, moved: Record<string, number>) => [
      port('mlx5_0', moved, { linkLayer, rate }),
    ];
    const on = (fabric: Fabric, linkLayer: string, rate: string, share = 0.9) =>
      judged(
        fabric,
        {
          sender: seen(linkLayer, rate, { port_xmit_data: SENT / 4 }),
          receiver: seen(linkLayer, rate, { port_rcv_data: SENT / 4 }),
        },
        { share },
      );
    const right = on(fabricOf('infiniband', 400), 'InfiniBand', '400 Gb/sec (4X NDR)');
    assert.equal(right.messageOf('link-differs'), undefined);
    const layer = on(fabricOf('infiniband', 400), 'Ethernet', '400 Gb/sec (4X NDR)');
    assert.match(layer.messageOf('link-differs') ?? '', /mlx5_0 on node2, mlx5_0 on node1 report link layer Ethernet/);
    assert.equal(layer.path?.status, 'proven');
    const slower = on(fabricOf('roce', 400), 'Ethernet', '200 Gb/sec (4X HDR)', 0.4);
    assert.match(slower.messageOf('link-differs') ?? '', /200 Gb\/sec \(4X HDR\); the ceiling counts with/);
    const faster = on(fabricOf('roce', 100), 'Ethernet', '200 Gb/sec (4X HDR)', 1.9);
    assert.equal(faster.messageOf('implausible'), undefined, 'the device can do it');
    assert.ok(faster.messageOf('link-differs'));
    // EFA drivers before Linux 6.11 report 100 Gb/sec for every device.
    for (const layer of ['Unknown', 'Unspecified']) {
      assert.equal(on(fabricOf('efa', 400), layer, '100 Gb/sec (4X EDR)').messageOf('link-differs'), undefined, layer);
    }
    const slow = on(fabricOf('efa', 25), 'Unknown', '100 Gb/sec (4X EDR)', 3);
    assert.equal(slow.verdict, 'inconclusive', 'the rate of an older driver does not raise the ceiling');
    // Two of eight cards share the 400 Gbit/s of a GPU.
    const layouts: Fabric = { ...fabricOf('efa', 400, 8), gpus: 4, nicsPerGpu: 2, gpuRate: 400 * GBIT };
    assert.equal(on(layouts, 'Unknown', '200 Gb/sec (4X HDR)').messageOf('link-differs'), undefined);
    assert.ok(on(layouts, 'Unknown', '40 Gb/sec (4X QDR)', 0.1).messageOf('link-differs'));
    assert.match(
      on({ ...fabricOf('infiniband', 400), read: true }, 'InfiniBand', '400 Gb/sec (4X NDR)').messageOf(
        'ceiling-read',
      ) ?? '',
      /1 × 50 GB\/s/,
    );
  });
});
