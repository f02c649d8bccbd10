import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TransferRecord } from '../../../../suite/engines/engine.js';
import { vllm } from '../../../../suite/engines/vllm/vllm.js';
import {
  enginePage,
  NIXL_PAGE,
  readTransferProbe,
  transferProbeScript,
} from '../../../../suite/judge/transfer-probe.js';
import { readWorkerProbe, workerProbeScript } from '../../../../suite/judge/worker-probe.js';
import { environment, isolated } from '../../../support/environment.js';
import { fixture } from '../../../support/fixtures.js';

const VLLM: TransferRecord = vllm.transferRecord;
const BYTES: TransferRecord = { role: 'decode', series: { bytes: { name: 'kv:bytes_sum', unit: 1000 } } };

/** The page of the engine at the port of a server of the test. */
function pageAt(record: TransferRecord, port: number) {
  return { ...enginePage(record), port };
}

/** The script in a real shell with a real Python, and a server in place of the engine. */
describe('the probe of the record of KV transfers', function () {
  this.timeout(120_000);

  /** Answers at a port while the script runs. */
  async function served(answer: RequestListener, use: (port: number) => Promise<void>): Promise<void> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await use((server.address() as AddressInfo).port);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** Returns the output of a script that succeeds. */
  async function outputOf(script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { stdout } = await isolated('sh', ['-c', script], { env: environment(env) });
    return stdout;
  }

  async function recordIn(text: string, record = BYTES, status = 200) {
    let read: ReturnType<typeof readTransferProbe>;
    const answer: RequestListener = (request, response) => {
      response.writeHead(request.url === '/metrics' ? status : 404).end(text);
    };
    await served(answer, async (port) => {
      read = readTransferProbe(await outputOf(transferProbeScript(pageAt(record, port))), enginePage(record));
    });
    return read;
  }

  it('reads the counters of vLLM in SI units', async () => {
    const metrics = fixture('vllm/nixl-metrics.txt');
    assert.deepEqual(await recordIn(metrics, VLLM), {
      transfers: 4,
      bytes: 73_400_320,
      descriptors: 60,
      seconds: 0.284624,
      postSeconds: 0.001147,
      failedTransfers: 0,
      failedNotifications: 0,
      expiredRequests: 0,
    });
  });

  it('prints the series of the record and nothing else of the answer', async () => {
    const answer: RequestListener = (_, response) => response.end('kv:bytes_sum 2\nother 3\nsecret{a="b"} 4\n');
    await served(answer, async (port) => {
      assert.equal(
        await outputOf(transferProbeScript(pageAt(BYTES, port))),
        'engine metrics read\nengine series kv:bytes_sum 2.0',
      );
    });
  });

  it('adds up a series over its labels, whatever these contain, and converts its unit', async () => {
    const text = [
      '# HELP kv:bytes_sum 9',
      'kv:bytes_sum{engine="0",text="} 7 {\\" \\\\"} 1.5e+06',
      'kv:bytes_sum{engine="1"} 2 1700000000000',
      'kv:bytes_sum_more 5',
      'kv:bytes_sum{unterminated="x 6',
      '',
    ].join('\n');
    assert.deepEqual(await recordIn(text), { bytes: 1_500_002_000 });
  });

  it('leaves out a quantity without a series, and is empty when the worker has none', async () => {
    assert.deepEqual(await recordIn('up 1\n'), {});
  });

  it('is absent, and never 0, when the worker does not answer with numbers', async () => {
    assert.equal(await recordIn('kv:bytes_sum 2\n', BYTES, 500), undefined);
    for (const value of ['NaN', '+Inf', '-1', 'many']) {
      assert.equal(await recordIn(`kv:bytes_sum 2\nkv:bytes_sum{a="1"} ${value}\n`), undefined, value);
    }
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    assert.equal(await outputOf(transferProbeScript(pageAt(BYTES, port))), '');
  });

  it('is absent when the worker does not answer in time', async () => {
    const trickle: RequestListener = (_, response) => {
      response.write('kv:bytes_sum 2\n');
      const timer = setInterval(() => response.write('#\n'), 200);
      response.on('close', () => clearInterval(timer));
    };
    await served(trickle, async (port) => {
      assert.equal(await outputOf(transferProbeScript(pageAt(BYTES, port))), '');
    });
  });

  it('is absent in an image without Python, and the rest of the probe is read', async () => {
    const parts = { engine: pageAt(BYTES, 1), nixl: { ...NIXL_PAGE, port: 1 } };
    const script = workerProbeScript(parts, '/nowhere');
    const { stdout, exitCode } = await isolated('/bin/sh', ['-c', script], {
      env: environment({ PATH: '/nowhere' }),
      reject: false,
    });
    assert.equal(exitCode, 0);
    assert.deepEqual(readWorkerProbe(stdout, parts), {});
  });

  it('asks the worker itself where the pod has a proxy', async () => {
    const answer: RequestListener = (_, response) => response.end('kv:bytes_sum 2\n');
    await served(answer, async (port) => {
      const env = { http_proxy: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
      assert.match(await outputOf(transferProbeScript(pageAt(BYTES, port)), env), /^engine series kv:bytes_sum 2\.0$/m);
    });
  });

  it('is a part of the probe of a worker', async () => {
    const answer: RequestListener = (_, response) => response.end('kv:bytes_sum 2\n');
    await served(answer, async (port) => {
      const engine = pageAt(BYTES, port);
      const output = await outputOf(workerProbeScript({ engine }, '/nowhere'));
      assert.deepEqual(readWorkerProbe(output, { engine }), { transferRecord: { bytes: 2000 } });
      assert.deepEqual(readWorkerProbe(output), {});
    });
  });

  it('reads the counters of NIXL at their own port, added up over the agents of a worker', async () => {
    const nixl = [
      '# HELP agent_rx_bytes_total Number of bytes received by the agent',
      '# TYPE agent_rx_bytes_total counter',
      'agent_rx_bytes_total{agent_name="d1a7",hostname="decode"} 73400320',
      'agent_rx_bytes_total{agent_name="e0c2",hostname="decode"} 2.56e+02',
      'agent_tx_bytes_total{agent_name="d1a7",hostname="decode"} 0',
      'agent_rx_last_bytes{agent_name="d1a7",hostname="decode"} 18350080',
      '',
    ].join('\n');
    const ofEngine: RequestListener = (_, response) => response.end('kv:bytes_sum 2\nagent_rx_bytes_total 1\n');
    const ofNixl: RequestListener = (_, response) => response.end(nixl);
    await served(ofEngine, (enginePort) =>
      served(ofNixl, async (port) => {
        const parts = { engine: pageAt(BYTES, enginePort), nixl: { ...NIXL_PAGE, port } };
        assert.deepEqual(readWorkerProbe(await outputOf(workerProbeScript(parts, '/nowhere')), parts), {
          transferRecord: { bytes: 2000 },
          nixlCounts: { readBytes: 73_400_576, writtenBytes: 0 },
        });
        const silent = { ...parts, nixl: { ...NIXL_PAGE, port: 1 } };
        assert.deepEqual(readWorkerProbe(await outputOf(workerProbeScript(silent, '/nowhere')), silent), {
          transferRecord: { bytes: 2000 },
        });
      }),
    );
  });

  it('does not run what the name of a series contains', async () => {
    const name = `x'; echo injected; echo '"$(echo injected)"`;
    const record: TransferRecord = { role: 'decode', series: { bytes: { name } } };
    const answer: RequestListener = (_, response) => response.end('up 1\n');
    await served(answer, async (port) => {
      assert.equal(await outputOf(transferProbeScript(pageAt(record, port))), 'engine metrics read');
    });
  });

  it('ignores lines that are not of its form', () => {
    const lines = [
      'engine series kv:bytes_sum -1',
      'engine series kv:bytes_sum 0x10',
      ' engine series kv:bytes_sum 3',
      'engine series kv:bytes_sum 3 4',
      'nixl series kv:bytes_sum 3',
      'series kv:bytes_sum 3',
    ];
    const page = enginePage(BYTES);
    assert.deepEqual(readTransferProbe(['engine metrics read', ...lines].join('\n'), page), {});
    for (const answered of ['', 'nixl metrics read\n'])
      assert.equal(readTransferProbe(`${answered}engine series kv:bytes_sum 3`, page), undefined);
  });
});
