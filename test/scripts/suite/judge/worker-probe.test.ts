import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type ProbedParts, readWorkerProbe, workerProbeScript } from '../../../../suite/judge/worker-probe.js';
import { buildSysfs } from '../../../support/sysfs-tree.js';

/** The script in a real shell, on made-up trees of /sys and /proc. */
describe('the probe of a worker', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'worker-probe-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function look(files: Readonly<Record<string, string>>, parts: ProbedParts = {}) {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const { stdout } = await execa('sh', ['-c', workerProbeScript(parts, root)], { reject: false });
    return readWorkerProbe(stdout);
  }

  const net = {
    'sys/class/net/eth0/statistics/rx_bytes': '5\n',
    'sys/class/net/eth0/statistics/tx_bytes': '6\n',
  };
  const counter = (device: string, name: string) => `sys/class/infiniband/${device}/ports/1/hw_counters/${name}`;

  it('is the sum over all EFA devices, and the interface counts only without any', async () => {
    assert.deepEqual(await look(net), { nicCounters: { rx_bytes: 5, tx_bytes: 6 }, nicSource: 'interface' });
    const efa = {
      [counter('rdmap0s6', 'tx_bytes')]: '100\n',
      [counter('rdmap0s6', 'rdma_read_bytes')]: '20\n',
      [counter('rdmap1s6', 'rx_bytes')]: '3\n',
      [counter('rdmap1s6', 'rx_pkts')]: '999\n',
    };
    assert.deepEqual(await look(efa), {
      nicCounters: { tx_bytes: 100, rdma_read_bytes: 20, rx_bytes: 3 },
      nicSource: 'devices',
    });
  });

  it('is the data of all ports of InfiniBand and RoCE adapters, whose hw_counters have no bytes', async () => {
    const port = (device: string, number: number) => `sys/class/infiniband/${device}/ports/${number}`;
    const files = {
      ...net,
      [`${port('mlx4_0', 1)}/counters/port_rcv_data`]: '25\n',
      [`${port('mlx4_0', 2)}/counters/port_rcv_data`]: '5\n',
      [`${port('mlx5_1', 1)}/counters/port_rcv_data`]: '1\n',
      [`${port('mlx5_1', 1)}/hw_counters/out_of_sequence`]: '7\n',
    };
    assert.deepEqual(await look(files), { nicCounters: { port_rcv_data: 31 }, nicSource: 'devices' });
  });

  it('is the sum over the EFA devices that the pod was given, as the node shows them', async () => {
    const onNode = (device: string, uverbs: string, bytes: string) => ({
      [`host/${counter(device, 'rx_bytes')}`]: bytes,
      [`host/sys/class/infiniband/${device}/device/infiniband_verbs/${uverbs}/ibdev`]: device,
    });
    const node = { ...net, ...onNode('rdmap0s6', 'uverbs1', '100\n'), ...onNode('rdmap1s6', 'uverbs10', '3\n') };
    assert.deepEqual(await look({ ...node, 'dev/infiniband/uverbs1': '' }), {
      nicCounters: { rx_bytes: 100 },
      nicSource: 'devices',
    });
    assert.deepEqual(await look({ 'dev/infiniband/uverbs10': '' }), {
      nicCounters: { rx_bytes: 103 },
      nicSource: 'devices',
    });
  });

  it('is that of the interface in a pod without RDMA devices, whose /sys shows those of the node', async () => {
    const files = { ...net, [counter('mlx5_0', 'rx_bytes')]: '100\n', 'dev/null': '' };
    assert.deepEqual(await look(files), { nicCounters: { rx_bytes: 5, tx_bytes: 6 }, nicSource: 'interface' });
  });

  it('is that of a device whose driver has no counters at its port', async () => {
    const files = { ...net, 'sys/class/infiniband/rdmap0s6/hw_counters/rx_bytes': '100\n' };
    await mkdir(join(root, 'sys/class/infiniband/rdmap0s6/ports/1'), { recursive: true });
    assert.deepEqual(await look(files), { nicCounters: { rx_bytes: 100 }, nicSource: 'devices' });
  });

  it('is that of the interface when the node shows no counter of a device that the pod was given', async () => {
    const others = {
      [`host/${counter('rdmap0s6', 'rx_bytes')}`]: '100\n',
      'host/sys/class/infiniband/rdmap0s6/device/infiniband_verbs/uverbs0/ibdev': 'rdmap0s6\n',
      'dev/infiniband/uverbs7': '',
    };
    assert.deepEqual(await look({ ...net, ...others }), {
      nicCounters: { rx_bytes: 5, tx_bytes: 6 },
      nicSource: 'interface',
    });
  });

  it('is the sum over the interfaces of an Ethernet fabric, also in a pod with RDMA devices', async () => {
    const files = {
      ...net,
      'sys/class/net/net1/statistics/rx_bytes': '70\n',
      'sys/class/net/net1/statistics/tx_bytes': '80\n',
      'sys/class/net/net2/statistics/rx_bytes': '900\n',
      [counter('mlx5_0', 'rx_bytes')]: '100\n',
    };
    const on = (names: string | string[]) => look(files, { fabric: { kind: 'ethernet', rate: 1e9, interface: names } });
    assert.deepEqual(await on('net1'), { nicCounters: { rx_bytes: 70, tx_bytes: 80 }, nicSource: 'interface' });
    assert.deepEqual(await on(['net1', 'net2']), {
      nicCounters: { rx_bytes: 970, tx_bytes: 80 },
      nicSource: 'interface',
    });
    assert.deepEqual(await on('net7'), {}, 'the pod has no such interface');
  });

  it('are the events of each EFA device of the pod, without those of other pods', async () => {
    const tree = buildSysfs('efa-p5en', root);
    const [first = '', second = ''] = tree.own;
    const { nicEvents = {} } = await look(
      {
        [tree.fileOf(first, 'ports/1/hw_counters/rx_drops')]: '31\n',
        [tree.fileOf(second, 'ports/1/hw_counters/rx_drops')]: 'N/A\n',
      },
      { fabric: { kind: 'efa' } },
    );
    assert.ok(tree.other.length > 0);
    assert.deepEqual(Object.keys(nicEvents).toSorted(), tree.own.toSorted());
    assert.equal(nicEvents[first]?.rx_drops, 31);
    assert.equal(nicEvents[first]?.retrans_pkts, 0);
    assert.ok(!('rx_drops' in (nicEvents[second] ?? {})), 'what cannot be read is not 0');
    assert.ok(!('tx_bytes' in (nicEvents[first] ?? {})), 'bytes are no events');
    assert.equal((await look({})).nicEvents, undefined, 'an unknown fabric has no events');
  });

  it('are the events of the link and of the transport, by port where a device has several', async () => {
    const of = (device: string, number: number, file: string) =>
      `sys/class/infiniband/${device}/ports/${number}/${file}`;
    const files = {
      [of('mlx5_0', 1, 'counters/symbol_error')]: '3\n',
      [of('mlx5_0', 1, 'hw_counters/out_of_sequence')]: '4\n',
      [of('mlx4_0', 1, 'counters/link_downed')]: '0\n',
      [of('mlx4_0', 2, 'counters/link_downed')]: '2\n',
    };
    assert.deepEqual(await look({ ...files, ...net }, { fabric: { kind: 'infiniband' } }), {
      nicCounters: { rx_bytes: 5, tx_bytes: 6 },
      nicSource: 'interface',
      nicEvents: {
        mlx5_0: { symbol_error: 3, out_of_sequence: 4 },
        'mlx4_0:1': { link_downed: 0 },
        'mlx4_0:2': { link_downed: 2 },
      },
    });
  });

  it('are the events at the device of a driver that has none at its port', async () => {
    await mkdir(join(root, 'sys/class/infiniband/rdmap0s6/ports/1'), { recursive: true });
    const { nicEvents } = await look(
      { 'sys/class/infiniband/rdmap0s6/hw_counters/rx_drops': '9\n' },
      { fabric: { kind: 'efa' } },
    );
    assert.deepEqual(nicEvents, { rdmap0s6: { rx_drops: 9 } });
  });

  it('are the NIXL back ends that any process has loaded, each once', async () => {
    const line = (name: string) => `7f00-7f01 r-xp 00000000 08:01 9 /opt/nixl/lib/plugins/libplugin_${name}.so\n`;
    assert.deepEqual(
      await look({ 'proc/1/maps': line('UCX') + line('UCX'), 'proc/77/maps': `[heap]\n${line('LIBFABRIC')}` }),
      { kvBackends: ['LIBFABRIC', 'UCX'] },
    );
  });

  it('is nothing where nothing can be read', async () => {
    assert.deepEqual(await look({ 'proc/self/maps': 'x' }), {});
  });
});
