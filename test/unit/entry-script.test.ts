import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRankLog } from '../../suite/tools/log-lines.js';
import { isolated } from '../support/environment.js';

const script = (name: string) => fileURLToPath(new URL(`../../../manifests/scripts/${name}`, import.meta.url));
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
