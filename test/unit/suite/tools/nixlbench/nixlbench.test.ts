import assert from 'node:assert/strict';
import { parseSpec } from '../../../../../suite/spec/spec.js';
import { nixlbenchArguments, unknownFlags } from '../../../../../suite/tools/nixlbench/command.js';
import { differingOptions, parseNixlbenchConfig } from '../../../../../suite/tools/nixlbench/configuration.js';
import { expectedNixlbenchBytes, expectedNixlbenchRows } from '../../../../../suite/tools/nixlbench/expect.js';
import { nixlbenchIdentity } from '../../../../../suite/tools/nixlbench/identity.js';
import { parseNixlbenchTable } from '../../../../../suite/tools/nixlbench/parse.js';
import type { NixlbenchSpec } from '../../../../../suite/tools/nixlbench/spec.js';
import { nixlbenchVersion } from '../../../../../suite/tools/nixlbench/version.js';
import { fixtureLines } from '../../../../support/fixtures.js';
import { nixlbenchHelp } from '../../../../support/nixlbench-help.js';
import { nixlbenchTable } from '../../../../support/tables.js';

function nixlbenchSpec(fields: object = {}): NixlbenchSpec {
  const spec = parseSpec({ name: 's', tests: [{ name: 'n', tool: 'nixlbench', backend: 'LIBFABRIC', ...fields }] });
  return spec.tests[0] as NixlbenchSpec;
}

describe('nixlbench', () => {
  it('reads the ten columns of a real run; GB are 1e9 bytes', () => {
    const rows = parseNixlbenchTable(fixtureLines('nixlbench/clean.rank0.txt'));
    assert.deepEqual(
      rows.map(({ blockSize, bytesPerSecond }) => [blockSize, bytesPerSecond]),
      [
        [4096, 0.047514e9],
        [8192, 0.001814e9],
        [16384, 0.00264e9],
        [32768, 0.254114e9],
        [65536, 0.576014e9],
      ],
    );
    assert.equal(rows[0]?.latency, 86.2 / 1e6);
    assert.equal(rows[0]?.original, '0.047514 GB/Sec');
  });

  it('reads prep, post and tx with their 99th percentile, in seconds', () => {
    const [row] = parseNixlbenchTable(fixtureLines('nixlbench/manytoone.rank0.txt'));
    assert.deepEqual(row?.times, {
      prep: { average: 28e-6, p99: 28e-6 },
      post: { average: 106.9 / 1e6, p99: 230 / 1e6 },
      tx: { average: 34927.1 / 1e6, p99: 38749 / 1e6 },
    });
  });

  it('shows over TCP between two GPUs that nearly all of the time is in post', () => {
    const rows = parseNixlbenchTable(fixtureLines('nixlbench/real/vram-over-tcp.rank0.txt'));
    assert.equal(rows.length, 5);
    for (const { latency = 0, times } of rows) {
      assert.ok(times && times.post.average > 0.99 * latency && times.post.p99 > times.post.average);
    }
  });

  it('reads the six columns of old versions, with their units and scientific notation', () => {
    const rows = parseNixlbenchTable([
      'Block Size (B)      Batch Size     Avg Lat. (us)  B/W (MiB/Sec)  B/W (GiB/Sec)  B/W (GB/Sec)   ',
      '67108864            1              49.3           1.29813e+06    1267.7         1361.19        ',
    ]);
    assert.deepEqual(rows, [
      {
        blockSize: 67108864,
        batchSize: 1,
        bytesPerSecond: 1361.19e9,
        latency: 49.3e-6,
        recomputed: 67108864 / (49.3 * 1e-6),
        original: '1361.19 GB/Sec',
      },
    ]);
  });

  it('takes B/W and not the aggregate of twelve columns, and skips lines in between', () => {
    const rows = parseNixlbenchTable([
      'Block Size (B)      Batch Size     B/W (GB/Sec)   Aggregate B/W (GB/Sec)   Network Util (%)    Avg Lat. (us)  Avg Prep (us)  P99 Prep (us)  Avg Post (us)  P99 Post (us)  Avg Tx (us)    P99 Tx (us)    ',
      '----------------------------------------',
      '+---------------------------+ | UCX proto | 7 |',
      '4096                2              1.000000       8.000000                 16.000000           4.1            1.0            1.0            1.0            1.0            1.0            1.0            ',
    ]);
    assert.deepEqual(
      rows.map(({ bytesPerSecond, batchSize }) => [bytesPerSecond, batchSize]),
      [[1e9, 2]],
    );
  });

  it('reads the configuration that nixlbench prints, also behind a list of choices without a gap', () => {
    const config = parseNixlbenchConfig(fixtureLines('nixlbench/clean.rank0.txt'));
    assert.equal(config.backend, 'UCX');
    assert.equal(config.runtime_type, 'ETCD');
    assert.equal(config.num_iter, '160');
    assert.equal(config.large_blk_iter_ftr, '16');
  });

  it('reads a log in the shape of a P5 run: shell lines, warnings, a banner line without a gap', () => {
    const lines = fixtureLines('nixlbench/p5-shape.rank0.txt');
    assert.deepEqual(differingOptions(nixlbenchSpec(), lines), []);
    assert.deepEqual(differingOptions(nixlbenchSpec({ backend: 'UCX', opType: 'READ' }), lines), [
      'backend is LIBFABRIC, not UCX',
      'op_type is WRITE, not READ',
    ]);
    assert.deepEqual(
      parseNixlbenchTable(lines).map(({ blockSize, batchSize }) => ({ blockSize, batchSize })),
      expectedNixlbenchRows(nixlbenchSpec()),
    );
    assert.equal(nixlbenchIdentity(lines)?.role, 'initiator');
  });

  it('reads rank and role of a LIBFABRIC run, whose line continues after the host name', () => {
    assert.deepEqual(
      [0, 1].map((rank) => nixlbenchIdentity(fixtureLines(`nixlbench/libfabric.rank${rank}.txt`))?.role),
      ['initiator', 'target'],
    );
    assert.equal(parseNixlbenchTable(fixtureLines('nixlbench/libfabric.rank0.txt')).length, 5);
  });

  it('recomputes the bandwidth from block and latency where the printed figures are fine enough', () => {
    for (const { bytesPerSecond, recomputed } of parseNixlbenchTable(fixtureLines('nixlbench/clean.rank0.txt'))) {
      assert.ok(recomputed && Math.abs(bytesPerSecond / recomputed - 1) < 0.001);
    }
    const [header = '', separator = ''] = nixlbenchTable(10, []);
    const batch =
      '65536               16             2.000000       32.8           5.0            5.0            9.0            9.0            515.0          520.0          ';
    assert.ok(Math.abs((parseNixlbenchTable([header, separator, batch])[0]?.recomputed ?? 0) / 2e9 - 1) < 0.001);
    const coarse =
      '4096                1              0.000009       3.0            1.0            1.0            1.0            1.0            1.0            1.0            ';
    assert.equal(parseNixlbenchTable([header, separator, coarse])[0]?.recomputed, undefined);
  });

  it('does not take two ranks’ logs in one for a rank', () => {
    const both = [...fixtureLines('nixlbench/clean.rank0.txt'), ...fixtureLines('nixlbench/clean.rank1.txt')];
    assert.equal(nixlbenchIdentity(both), undefined);
  });

  it('expects every doubling of block and batch, and the bytes that a real P5 run showed to the byte', () => {
    const test = nixlbenchSpec();
    assert.equal(expectedNixlbenchRows(test).length, 15);
    assert.deepEqual(
      expectedNixlbenchRows(nixlbenchSpec({ startBlockSize: '4Ki', maxBlockSize: '8Ki', maxBatchSize: 4 })).length,
      6,
    );
    // EFA counters of a published 2 × p5.48xlarge run with these parameters: 4 NICs × 2,898,165,760 bytes.
    assert.equal(expectedNixlbenchBytes(test), 4 * 2_898_165_760);
  });

  it('expects the bytes of every device of the initiator, as its scheme pairs them with targets', () => {
    const one = expectedNixlbenchBytes(nixlbenchSpec());
    const times = (scheme: string, numInitiatorDev: number, numTargetDev: number) =>
      expectedNixlbenchBytes(nixlbenchSpec({ mode: 'MG', scheme, numInitiatorDev, numTargetDev })) / one;
    assert.equal(times('pairwise', 8, 8), 8);
    assert.equal(times('manytoone', 8, 1), 8);
    assert.equal(times('onetomany', 1, 8), 8);
    assert.equal(times('tp', 2, 8), 8);
    assert.equal(times('tp', 8, 2), 8);
  });

  it('reads rank and role from the log', () => {
    assert.deepEqual(nixlbenchIdentity(fixtureLines('nixlbench/clean.rank0.txt')), {
      rank: 0,
      worldSize: 2,
      role: 'initiator',
    });
    assert.deepEqual(nixlbenchIdentity(fixtureLines('nixlbench/clean.rank1.txt')), {
      rank: 1,
      worldSize: 2,
      role: 'target',
    });
    assert.equal(nixlbenchIdentity(fixtureLines('nixlbench/stale-group.txt')), undefined);
  });

  it('passes what the spec says, and leaves defaults that older images do not know', () => {
    const args = nixlbenchArguments(nixlbenchSpec(), 'http://etcd:2379', 'g1');
    for (const arg of [
      '--backend=LIBFABRIC',
      '--initiator_seg_type=VRAM',
      '--target_seg_type=VRAM',
      '--etcd_endpoints=http://etcd:2379',
      '--benchmark_group=g1',
      '--max_block_size=67108864',
      '--num_iter=1000',
    ]) {
      assert.ok(args.includes(arg), arg);
    }
    assert.ok(!args.some((arg) => arg.startsWith('--progress_threads')));
    assert.ok(nixlbenchArguments(nixlbenchSpec({ progressThreads: 2 }), 'e', 'g').includes('--progress_threads=2'));
  });

  it('derives the version from the options in --help, because --version prints only the name', () => {
    assert.equal(nixlbenchVersion('nixlbench: usage'), undefined);
    const older = nixlbenchHelp().replace(/.*benchmark_group.*\n/, '');
    assert.equal(nixlbenchVersion(older), 'before 0.5.0');
    assert.equal(nixlbenchVersion(nixlbenchHelp()), '0.5.0 or later, before 0.6.0');
    const to1 = ['progress_threads', 'config_file', 'recreate_xfer', 'asio_address'];
    assert.equal(nixlbenchVersion(nixlbenchHelp(...to1)), '1.1.0 or later, before 1.2.0');
    assert.equal(nixlbenchVersion(nixlbenchHelp(...to1, 'pipeline_depth', 'prepared_xfer')), '1.3.0 or later');
  });

  it('finds the options that a version does not know in its --help', () => {
    const help =
      '  Flags from utils.cpp:\n    -backend (Name of the backend) type: string\n    --num_iter (iterations)\n';
    assert.deepEqual(unknownFlags(['--backend=UCX', '--num_iter=1', '--progress_threads=2'], help), [
      'progress_threads',
    ]);
  });
});
