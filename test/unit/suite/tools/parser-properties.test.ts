import assert from 'node:assert/strict';
import fc from 'fast-check';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import type { Row } from '../../../../suite/hardware/measurement.js';
import { type AttemptContext, judgeTransport } from '../../../../suite/judge/judge.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { expectedNixlbenchRows } from '../../../../suite/tools/nixlbench/expect.js';
import { parseNixlbenchTable } from '../../../../suite/tools/nixlbench/parse.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import type { TransportTestSpec } from '../../../../suite/tools/registry.js';
import { parseUcxOutput } from '../../../../suite/tools/ucx-perftest/parse.js';
import type { UcxPerftestSpec } from '../../../../suite/tools/ucx-perftest/spec.js';
import { isFailureClass } from '../../../../suite/verdict/failure.js';
import { counters, framed, nixlbenchLog } from '../../../support/evidence.js';
import { fixture } from '../../../support/fixtures.js';
import { NIXLBENCH_LAYOUTS, nixlbenchTable, UCX_LAYOUTS, ucxTable } from '../../../support/tables.js';

/** What holds for every text that a pod may leave, not only for the recorded ones. Seeded: each run sees the same texts. */

const P5 = instanceFabric('p5.48xlarge');
assert.ok(P5);
const context: AttemptContext = { fabric: P5, networkInterface: '', visibleNics: 32, timedOut: false };
const MIB = 2 ** 20;
const RUNS = { numRuns: 300, seed: 6 };

const tests = parseSpec({
  name: 's',
  tests: [
    { name: 'n', tool: 'nixlbench', backend: 'LIBFABRIC', maxBlockSize: '16Ki' },
    { name: 'u', tool: 'ucx-perftest', sizes: ['64Ki', '1Mi'] },
  ],
}).tests;
const nixlbench = tests[0] as NixlbenchSpec;
const ucx = tests[1] as UcxPerftestSpec;
const perSize = ucx.sizes.map((size) =>
  ucxTable('csv', { size, latency: (size / (4000 * MIB)) * 1e6, bandwidth: 4000 }),
);
const clean: Readonly<Record<string, string>> = {
  nixlbench: counters('infiniband/x', 'tx_bytes', 1e12, nixlbenchLog(nixlbench, 0, 10)),
  'ucx-perftest': counters('infiniband/x', 'tx_bytes', 1e12, [perSize[0], perSize[1]?.slice(1)].flat().join('\n')),
};
const target = counters('infiniband/x', 'rx_bytes', 1e12, nixlbenchLog(nixlbench, 1, 10));

const recorded = [
  'nixlbench/clean.rank0.txt',
  'nixlbench/target-killed.rank0.txt',
  'ucx-perftest/staged-tag-lat.client.txt',
  'ucx-perftest/tag-bw-csv.client.txt',
  'ucx-perftest/same-node-cuda-ipc.client.txt',
].map(fixture);

/** A log in which lines are lost, doubled, moved, cut in the middle, or mixed with those of another process. */
function damaged(log: string): fc.Arbitrary<string> {
  const lines = log.split('\n');
  const line = fc.nat(lines.length - 1).map((i) => lines[i] ?? '');
  return fc.oneof(
    fc.subarray(lines).map((kept) => kept.join('\n')),
    fc.shuffledSubarray(lines).map((kept) => kept.join('\n')),
    fc.nat(log.length).map((end) => log.slice(0, end)),
    fc.nat(log.length).map((start) => log.slice(start)),
    fc.array(line, { maxLength: 80 }).map((drawn) => drawn.join('\n')),
    fc.tuple(fc.nat(log.length), fc.string()).map(([at, noise]) => log.slice(0, at) + noise + log.slice(at)),
    fc
      .tuple(fc.nat(log.length), fc.constantFrom(...recorded))
      .map(([at, other]) => log.slice(0, at) + other + log.slice(at)),
  );
}

const anyText = fc.oneof(
  fc.string({ maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.constantFrom(...recorded).chain(damaged),
);

/** The digits of each part of `original` stand in the text, and the value follows from them alone. */
function assertHeldBy(text: string, rows: readonly Row[], unit: number): void {
  for (const { original, bytesPerSecond, blockSize } of rows) {
    const parts = original.split(' + ').map((part) => part.split(' ')[0] ?? '');
    for (const digits of parts) assert.ok(text.includes(digits), `${digits} is not in the text`);
    const sum = parts.reduce((total, digits) => total + Number(digits) * unit, 0);
    assert.ok(
      original.endsWith('usec') || Math.abs(bytesPerSecond - sum) <= 1e-9 * sum,
      `${bytesPerSecond}, ${original}`,
    );
    assert.ok(Number.isSafeInteger(blockSize));
  }
}

function judge(test: TransportTestSpec, first: string, second: string) {
  const rank = (position: 'node1' | 'node2', log: string) => ({ position, log, exitCode: 0, endedBySuite: false });
  return judgeTransport(test, [rank('node2', second), rank('node1', first)], context);
}

describe('parsers, for any text', () => {
  for (const test of tests) {
    const log = framed(clean[test.tool] ?? '');
    const peer = framed(test.tool === 'nixlbench' ? target : (clean['ucx-perftest'] ?? ''));

    it(`${test.tool}: the undamaged log passes, so that the damage is what is looked at`, () => {
      assert.equal(judge(test, log, peer).verdict, 'pass');
    });

    it(`${test.tool}: a damaged log gives a verdict or a failure of a known class, never another error`, () => {
      fc.assert(
        fc.property(fc.oneof(damaged(log), anyText), (text) => {
          const { verdict, failure, rows } = judge(test, text, peer);
          assert.ok(failure ? isFailureClass(failure.class) && verdict === 'fail' : rows.length > 0);
        }),
        RUNS,
      );
    });

    it(`${test.tool}: a log without its first or its last line is incomplete`, () => {
      const lines = log.split('\n');
      for (const cut of [lines.slice(1), lines.slice(0, -1)]) {
        const { failure } = judge(test, cut.join('\n'), peer);
        assert.equal(failure?.class, 'Incomplete');
        assert.match(failure.message, /is truncated/);
      }
    });

    it(`${test.tool}: a doubled or a lost row is incomplete, never a shorter or a longer success`, () => {
      const lines = log.split('\n');
      const rows = lines.flatMap((line, i) => (/^(?:\d+ |s\d+,)/.test(line) ? [i] : []));
      assert.ok(rows.length >= 2);
      for (const i of rows) {
        const lost = lines.toSpliced(i, 1).join('\n');
        assert.equal(judge(test, lost, peer).failure?.class, 'Incomplete');
        const doubled = lines.toSpliced(i, 0, lines[i] ?? '').join('\n');
        assert.equal(judge(test, doubled, peer).failure?.class, 'Incomplete');
      }
    });
  }

  it('no figure that the text does not hold', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, damaged(clean.nixlbench ?? ''), damaged(clean['ucx-perftest'] ?? '')), (text) => {
        const lines = text.split(/\r?\n/);
        assertHeldBy(text, parseNixlbenchTable(lines), 1e9);
        assertHeldBy(text, parseUcxOutput(lines, false, MIB), MIB);
        assertHeldBy(text, parseUcxOutput(lines, true, MIB), MIB);
      }),
      RUNS,
    );
  });

  it('nan and inf are no figures', () => {
    for (const word of ['nan', '-nan', 'inf', '-inf', 'NaN', 'Infinity']) {
      const figures = { blockSize: 4096, batchSize: 1, bandwidth: word, latency: '3.0' };
      assert.deepEqual(parseNixlbenchTable(nixlbenchTable(10, [figures])), []);
      const csv = ucxTable('csv', { size: 8, latency: 1, bandwidth: 77 }).map((line) => line.replace('77.00', word));
      assert.deepEqual(parseUcxOutput(csv, false), []);
      const table = ucxTable('final', { size: 8, latency: 1, bandwidth: 77 }).map((line) =>
        line.replace('77.00', word),
      );
      assert.deepEqual(parseUcxOutput(table, false), []);
    }
  });
});

describe('tables that are rendered and read', () => {
  const figures = (layout: number) =>
    fc.record({
      blockSize: fc.integer({ min: 0, max: 32 }).map((power) => 2 ** power),
      batchSize: fc.integer({ min: 1, max: 4096 }),
      bandwidth: fc.oneof(
        fc.integer({ min: 0, max: 5e8 }).map((millionths) => (millionths / 1e6).toFixed(6)),
        // Versions from 0.5.1 on print fixed decimals.
        ...(layout <= 8
          ? [fc.integer({ min: 100000, max: 999999 }).map((digits) => (digits * 10).toExponential(5))]
          : []),
      ),
      latency: fc.integer({ min: 1, max: 1e9 }).map((tenths) => (tenths / 10).toFixed(1)),
    });

  for (const layout of [6, 8, 10, 12] as const) {
    it(`nixlbench, ${NIXLBENCH_LAYOUTS[layout].length} columns: the same numbers, whatever stands between the rows`, () => {
      const noise = fc.constantFrom(
        '',
        '+-----+ | UCX_PROTO | 7 |',
        '[1 2] UCX WARN 4096 1',
        'W0825 nixl: retry',
        '4096 1 2',
      );
      fc.assert(
        fc.property(fc.array(figures(layout), { minLength: 1, maxLength: 20 }), noise, (rows, between) => {
          const [header = '', ...rest] = nixlbenchTable(layout, rows);
          const read = parseNixlbenchTable([between, header, ...rest.flatMap((line) => [between, line])]);
          assert.deepEqual(
            read.map(({ blockSize, batchSize, bytesPerSecond, latency }) => [
              blockSize,
              batchSize,
              bytesPerSecond,
              latency,
            ]),
            rows.map((row) => [row.blockSize, row.batchSize, Number(row.bandwidth) * 1e9, Number(row.latency) / 1e6]),
          );
        }),
        { numRuns: 60, seed: 7 },
      );
    });
  }

  for (const layout of UCX_LAYOUTS) {
    it(`ucx_perftest, ${layout}: the same numbers`, () => {
      const row = fc.record({
        size: fc.integer({ min: 1, max: 2 ** 30 }),
        latency: fc.integer({ min: 1, max: 1e9 }).map((thousandths) => thousandths / 1000),
        bandwidth: fc.integer({ min: 1, max: 2e9 }).map((hundredths) => hundredths / 100),
      });
      fc.assert(
        fc.property(row, (figures) => {
          const lines = ucxTable(layout, figures);
          const [bandwidth, ...more] = parseUcxOutput(lines, false, figures.size);
          assert.deepEqual(more, []);
          assert.equal(bandwidth?.blockSize, figures.size);
          assert.equal(bandwidth.original, `${figures.bandwidth.toFixed(2)} MB/s`);
          const [latency] = parseUcxOutput(lines, true, figures.size);
          assert.equal(latency?.original, `${figures.latency.toFixed(3)} usec`);
        }),
        { numRuns: 100, seed: 8 },
      );
    });
  }

  it('the expected rows of nixlbench are every doubling of block and batch', () => {
    const power = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(power, power, power, power, (a, b, c, d) => {
        const test = {
          ...nixlbench,
          startBlockSize: 2 ** Math.min(a, b),
          maxBlockSize: 2 ** Math.max(a, b),
          startBatchSize: 2 ** Math.min(c, d),
          maxBatchSize: 2 ** Math.max(c, d),
        };
        assert.equal(expectedNixlbenchRows(test).length, (Math.abs(a - b) + 1) * (Math.abs(c - d) + 1));
      }),
      { seed: 9 },
    );
  });
});
