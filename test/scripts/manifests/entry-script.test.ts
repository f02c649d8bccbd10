import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRankLog } from '../../../suite/tools/common/log-lines.js';
import { isolated } from '../../support/environment.js';

const script = (name: string) => fileURLToPath(new URL(`../../../../manifests/scripts/${name}`, import.meta.url));
const run = (args: string[], env: Record<string, string> = {}) =>
  isolated('sh', [script('entry.sh'), ...args], { env, reject: false, all: true });

describe('entry script of a rank', () => {
  it('exits with the tool’s own code and frames the counters around its output', async () => {
    const { exitCode, all } = await run(['sh', '-c', 'echo row; exit 7']);
    assert.equal(exitCode, 7);
    const log = readRankLog(all);
    assert.deepEqual(log.toolLines.filter(Boolean), ['row']);
    assert.equal(log.complete, true);
    const loopback = log.counters.filter(({ device }) => device === 'net/lo');
    assert.deepEqual(
      loopback.map(({ when }) => when),
      ['before', 'after'],
    );
    assert.ok(Number.isInteger(loopback[0]?.counters.tx_bytes));
  });

  it('reports a crash as the shell does: 128 plus the signal', async () => {
    assert.equal((await run(['sh', '-c', 'kill -SEGV $$'])).exitCode, 139);
    assert.equal((await run(['no-such-tool'])).exitCode, 127);
  });

  it('passes SIGTERM on and still prints the counters', async () => {
    const child = run(['sleep', '30']);
    setTimeout(() => child.kill('SIGTERM'), 300);
    const { exitCode, all } = await child;
    assert.equal(exitCode, 143);
    assert.ok(readRankLog(all).counters.some(({ when }) => when === 'after'));
  });

  it('runs a process for each device, with the port of each, and keeps their outputs apart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
    try {
      const env = {
        DYNAMO_BENCH_DEVICES: 'nic0:1 nic1:1',
        DYNAMO_BENCH_FIRST_PORT: '13337',
        DYNAMO_BENCH_OUTPUT: folder,
      };
      const { all } = await run(['sh', '-c', 'echo "$UCX_NET_DEVICES $*"', 'tool'], env);
      const { processes } = readRankLog(all);
      assert.deepEqual([...processes.values()], [['nic0:1 -p 13337'], ['nic1:1 -p 13338']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('entry script of a rank in a pod with its own network namespace', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dynamo-bench-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function file(path: string, text = ''): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** An EFA device as a kernel shows it: by a link to its place below the PCI device, where its uverbs node is too. */
  function efaDevice(sysfs: string, name: string, uverbs: string, counters: Readonly<Record<string, string>>): void {
    const device = `${sysfs}/devices/pci0000:44/${name}`;
    mkdirSync(join(root, device, 'infiniband_verbs', uverbs), { recursive: true });
    mkdirSync(join(root, device, 'infiniband', name, 'ports/1'), { recursive: true });
    symlinkSync('../..', join(root, device, 'infiniband', name, 'device'));
    for (const [counter, value] of Object.entries(counters)) {
      file(`${device}/infiniband/${name}/ports/1/hw_counters/${counter}`, value);
    }
    mkdirSync(join(root, sysfs, 'class/infiniband'), { recursive: true });
    symlinkSync(`../../devices/pci0000:44/${name}/infiniband/${name}`, join(root, sysfs, 'class/infiniband', name));
  }

  async function devicesRead(): Promise<string[]> {
    const { all } = await run(['true'], { DYNAMO_BENCH_ROOT: root });
    const before = readRankLog(all).counters.filter(({ when }) => when === 'before');
    return before.map(({ device, counters }) => `${device} ${Object.values(counters).join(' ')}`);
  }

  it('reads EFA devices in the node’s /sys and interfaces in its own', async () => {
    efaDevice('sys', 'rdmap79s0', 'uverbs0', {});
    efaDevice('host/sys', 'rdmap79s0', 'uverbs0', { rx_bytes: '7\n' });
    file('sys/class/net/eth0/statistics/rx_bytes', '5\n');
    file('host/sys/class/net/ens5/statistics/rx_bytes', '9\n');
    file('dev/infiniband/uverbs0');
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap79s0 7', 'net/eth0 5']);
  });

  it('leaves out the devices of other pods', async () => {
    for (const [name, uverbs] of [
      ['rdmap79s0', 'uverbs0'],
      ['rdmap80s0', 'uverbs1'],
      ['rdmap81s0', 'uverbs10'],
    ] as const) {
      efaDevice('host/sys', name, uverbs, { rx_bytes: '7\n' });
    }
    file('dev/infiniband/uverbs1');
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap80s0 7']);
  });

  it('reads all devices where it cannot see which ones it was given', async () => {
    efaDevice('host/sys', 'rdmap79s0', 'uverbs0', { rx_bytes: '7\n' });
    efaDevice('host/sys', 'rdmap80s0', 'uverbs1', { rx_bytes: '8\n' });
    assert.deepEqual(await devicesRead(), ['infiniband/rdmap79s0 7', 'infiniband/rdmap80s0 8']);
  });

  it('reads its own /sys where a node has no such devices', async () => {
    file('sys/class/net/eth0/statistics/rx_bytes', '5\n');
    file('host/sys/class/net/ens5/statistics/rx_bytes', '9\n');
    assert.deepEqual(await devicesRead(), ['net/eth0 5']);
  });
});

describe('listening script', () => {
  it('succeeds when all ports are listened on, without connecting', async () => {
    let connections = 0;
    const server = createServer(() => connections++).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    try {
      assert.equal((await isolated('sh', [script('listening.sh'), String(port)], { reject: false })).exitCode, 0);
      assert.equal((await isolated('sh', [script('listening.sh'), String(port), '1'], { reject: false })).exitCode, 1);
      assert.equal(connections, 0);
    } finally {
      server.close();
    }
  });
});
