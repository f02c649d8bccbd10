import assert from 'node:assert/strict';
import { ethernet } from '../../../../../suite/fabrics/ethernet/ceiling.js';
import { judgeTransport } from '../../../../../suite/judge/judge.js';
import { checkSpec, parseSpec } from '../../../../../suite/spec/spec.js';
import { classifyOutput } from '../../../../../suite/tools/common/messages.js';
import { pingpongScript, unknownPingpongOptions } from '../../../../../suite/tools/fi-pingpong/command.js';
import { parsePingpong, sizeText } from '../../../../../suite/tools/fi-pingpong/parse.js';
import type { FiPingpongSpec } from '../../../../../suite/tools/fi-pingpong/spec.js';
import { fiPingpong } from '../../../../../suite/tools/fi-pingpong/tool.js';
import { fixtureLines } from '../../../../support/fixtures.js';

const tests = (fields: object) => ({ name: 's', tests: [{ name: 'p', tool: 'fi-pingpong', ...fields }] });

function pingpong(fields: object = {}): FiPingpongSpec {
  return parseSpec(tests(fields)).tests[0] as FiPingpongSpec;
}

const lines = (name: string) => fixtureLines(`fi-pingpong/${name}.txt`);

/** What the fixtures `ok` were recorded with. */
const RECORDED = { provider: 'tcp', sizes: [64, 1200, 65536, 1048576], iterations: 50 };

/** Bytes per second of the link of the fixtures `shaped-link`, which was shaped by a token bucket. */
const LINK_RATE = 500e6 / 8;

function judge(test: FiPingpongSpec, logOf: (side: 'server' | 'client') => string) {
  const rank = { exitCode: 0, endedBySuite: false };
  return judgeTransport(
    test,
    [
      { ...rank, position: 'node2', node: 'b', log: logOf('server') },
      { ...rank, position: 'node1', node: 'a', log: logOf('client') },
    ],
    { fabric: ethernet(LINK_RATE, 'test'), networkInterface: 'eth0', visibleNics: 1, timedOut: false },
  );
}

/** A tool's output with the frames of the entry script, whose interface moved so many bytes in each direction. */
function framed(output: readonly string[], bytes: number): string {
  const counters = (when: string, moved: number) => ({
    event: 'counters',
    when,
    device: 'net/eth0',
    counters: { tx_bytes: moved, rx_bytes: moved },
  });
  const frame = (value: object) => `@@dynamo-bench ${JSON.stringify(value)}`;
  return [
    frame({ event: 'begin' }),
    frame(counters('before', 0)),
    ...output,
    frame(counters('after', bytes)),
    frame({ event: 'end', exitCode: 0 }),
  ].join('\n');
}

describe('fi_pingpong', () => {
  it('reads the recorded table: 1e6 bytes a MB, half a round trip a transfer, the size from the script', () => {
    const rows = parsePingpong(lines('ok.client'));
    assert.deepEqual(
      rows.map(({ blockSize }) => blockSize),
      RECORDED.sizes,
    );
    const [, , , largest] = rows;
    assert.ok(largest?.latency && largest.recomputed);
    const printed = /^([\d.]+) MB\/sec, ([\d.]+) usec\/xfer$/.exec(largest.original);
    assert.deepEqual(
      [largest.bytesPerSecond / 1e6, largest.latency * 1e6],
      [Number(printed?.[1]), Number(printed?.[2])],
    );
    assert.ok(Math.abs(largest.recomputed / largest.bytesPerSecond - 1) < 0.001, 'MB are 1e6 bytes');
  });

  it('reads the tables that the client and the server print alike', () => {
    const sizes = (name: string) => parsePingpong(lines(name)).map(({ blockSize }) => blockSize);
    assert.deepEqual(sizes('ok.server'), sizes('ok.client'));
  });

  it('skips rows of another size, of lost answers, without an announced size, cut or without numbers', () => {
    const row = '64k     20      =20      2.5m        1.71s      1.53   42874.15       0.00';
    assert.equal(parsePingpong(['# size 65536', row]).length, 1);
    for (const wrong of [
      [row],
      ['# size 1024', row],
      ['# size 65536', row.replace('=20', '+1')],
      ['# size 65536', row.replace('1.53', 'nan')],
      ['# size 65536', row.slice(0, 50)],
    ]) {
      assert.deepEqual(parsePingpong(wrong), [], wrong.join());
    }
  });

  for (const [size, text] of [
    [64, '64'],
    [1023, '1023'],
    [1200, '1.1k'],
    [1536, '1.5k'],
    [65536, '64k'],
    [100_000, '97k'],
    [1_048_576, '1m'],
    [2_147_483_647, '1.9g'],
  ] as const) {
    it(`prints ${size} bytes as ${text}`, () => assert.equal(sizeText(size), text));
  }

  for (const [name, failureClass] of [
    ['refused.client', 'ConnectionRefused'],
    ['unknown-provider.server', 'NoTransport'],
    ['unknown-provider.client', 'PeerLost'],
    ['too-large.server', 'NoTransport'],
    ['bad-size.server', 'ToolOptions'],
    ['server-killed.client', 'PeerLost'],
    ['port-in-use.server', 'ConnectionRefused'],
    ['unknown-endpoint', 'ToolOptions'],
  ] as const) {
    it(`takes the recorded ${name} for ${failureClass}`, () => {
      assert.equal(classifyOutput(fiPingpong, lines(name))?.class, failureClass);
    });
  }

  it('names no failure in a clean log', () => {
    assert.equal(classifyOutput(fiPingpong, lines('ok.client')), undefined);
    assert.equal(classifyOutput(fiPingpong, lines('ok.server')), undefined);
  });

  it('expects every message in both directions, and no warm-up', () => {
    const bytes = (64 + 1200 + 65536 + 1048576) * 50;
    assert.deepEqual(fiPingpong.expectedBytes(pingpong(RECORDED)), { least: bytes, most: bytes });
  });

  it('has the bandwidth of the largest message for its figure, or the latency of the smallest', () => {
    const rows = parsePingpong(lines('ok.client'));
    const bandwidth = fiPingpong.headline(pingpong(RECORDED), rows);
    assert.deepEqual([bandwidth.metric, bandwidth.value], ['bandwidth', rows[3]?.bytesPerSecond]);
    const latency = fiPingpong.headline(pingpong({ ...RECORDED, figure: 'latency' }), rows);
    assert.deepEqual([latency.metric, latency.value], ['latency', rows[0]?.latency]);
    assert.match(latency.conditions, /ping-pong of 64 B/);
  });

  it('runs each size in its own process, the server first', () => {
    const script = pingpongScript(pingpong({ ...RECORDED, port: 5000, checkData: true, domain: 'rdmap79s0-rdm' }));
    assert.match(script, /^for size in 64 1200 65536 1048576; do$/m);
    assert.match(script, /fi_pingpong -p 'tcp' -d 'rdmap79s0-rdm' -e rdm -I 50 -c -S "\$size" "\$@"/);
    const place = { folder: '/d', etcdEndpoint: '', group: '' };
    const commandOf = (server?: string) => fiPingpong.run(pingpong(), { ...place, server }).command;
    assert.deepEqual(commandOf(), ['/bin/sh', '/d/pingpong-p.sh']);
    assert.deepEqual(commandOf('10.0.0.1'), ['/bin/sh', '/d/pingpong-p.sh', '10.0.0.1']);
    assert.deepEqual(Object.keys(fiPingpong.files(pingpong())), ['pingpong-p.sh']);
  });

  it('knows from the usage text which options the image has', () => {
    const help = lines('usage').join('\n');
    assert.deepEqual(unknownPingpongOptions(pingpong({ ...RECORDED, checkData: true }), help), []);
    const old = help.replace(/^ -c .*$/m, '');
    assert.deepEqual(unknownPingpongOptions(pingpong({ checkData: true }), old), ['-c']);
  });

  it('refuses an invalid provider name, a repeated size and a size outside a C int', () => {
    const problems = (fields: object) => {
      const checked = checkSpec(tests(fields));
      return 'problems' in checked ? checked.problems.map(({ path }) => path) : [];
    };
    assert.deepEqual(problems({ provider: "tcp'; rm" }), ['tests[0].provider']);
    assert.deepEqual(problems({ sizes: [64, '64'] }), ['tests[0].sizes']);
    assert.deepEqual(problems({ sizes: ['2Gi'] }), ['tests[0].sizes']);
    assert.deepEqual(problems({ matrix: { endpoint: ['rdm', 'dgram'], 'env.FI_PROVIDER': ['tcp', 'efa'] } }), []);
  });

  it('passes what was recorded between two network namespaces over a link of 500 Mbit/s, by the kernel’s own counters', () => {
    const test = pingpong({ provider: 'tcp', sizes: [64, '64Mi'], iterations: 8 });
    const judgement = judge(test, (side) => lines(`shaped-link.${side}`).join('\n'));
    const { least } = fiPingpong.expectedBytes(test);
    const moved = judgement.path?.devices.eth0 ?? 0;
    assert.deepEqual([judgement.verdict, judgement.path?.status], ['pass', 'proven']);
    assert.ok(moved >= least && moved < least * 1.01, `${moved} of ${least}`);
    assert.ok((judgement.measurement?.value ?? 0) > 0.7 * LINK_RATE);
  });

  it('is inconclusive where the counters moved by half of the messages', () => {
    const test = pingpong(RECORDED);
    const { least } = fiPingpong.expectedBytes(test);
    const judgement = judge(test, (side) => framed(lines(`ok.${side}`), least / 2));
    assert.deepEqual([judgement.verdict, judgement.path?.status], ['inconclusive', 'unproven']);
  });
});
