import assert from 'node:assert/strict';
import type { Row } from '../../../../../suite/hardware/measurement.js';
import { parseSpec } from '../../../../../suite/spec/spec.js';
import { withAllDevices } from '../../../../../suite/tools/nixlbench/counted-devices.js';
import type { NixlbenchSpec } from '../../../../../suite/tools/nixlbench/spec.js';

const spec = (fields: object): NixlbenchSpec =>
  parseSpec({ name: 's', tests: [{ name: 'n', tool: 'nixlbench', backend: 'UCX', ...fields }] })
    .tests[0] as NixlbenchSpec;

/** A row of one MiB that takes a millisecond for each iteration of a thread. */
function row(counted: number, more: Partial<Row> = {}): Row {
  const time = (average: number) => ({ average, p99: average });
  return {
    blockSize: 2 ** 20,
    batchSize: 1,
    bytesPerSecond: (counted * 2 ** 20) / 1e-3,
    original: 'as printed',
    times: { prep: time(1e-6), post: time(1e-4), tx: time(9e-4) },
    ...more,
  };
}

const factors = (test: NixlbenchSpec, ...rows: Row[]) =>
  withAllDevices(test, rows).map(({ deviceFactor }) => deviceFactor);
const manytoone = spec({ mode: 'MG', scheme: 'manytoone', numInitiatorDev: 8 });

describe('bandwidth of all devices', () => {
  it('is that of one device, multiplied, in every scheme but pairwise', () => {
    assert.deepEqual(factors(manytoone, row(1)), [8]);
    assert.deepEqual(factors(spec({ mode: 'MG', scheme: 'onetomany', numTargetDev: 8 }), row(1)), [8]);
    assert.deepEqual(factors(spec({ mode: 'MG', scheme: 'tp', numInitiatorDev: 2, numTargetDev: 8 }), row(1)), [8]);
    assert.deepEqual(factors(spec({ mode: 'MG', scheme: 'tp', numInitiatorDev: 2 }), row(1)), [2]);
    assert.deepEqual(factors(spec({ mode: 'MG', numInitiatorDev: 8, numTargetDev: 8 }), row(8)), [undefined]);
    assert.deepEqual(factors(spec({ scheme: 'manytoone' }), row(1)), [undefined], 'one device');
  });

  it('multiplies what block and latency give too, and leaves the printed figure', () => {
    const [corrected] = withAllDevices(manytoone, [row(1, { recomputed: 1e9 })]);
    assert.equal(corrected?.bytesPerSecond, 8 * row(1).bytesPerSecond);
    assert.equal(corrected?.recomputed, 8e9);
    assert.equal(corrected?.original, 'as printed');
  });

  it('is that of versions before 0.5.1 too, whose tables have no times', () => {
    const { times: _, ...old } = row(1);
    assert.deepEqual(factors(manytoone, old), [8]);
  });

  it('stays as a version prints it that counts all devices, which the times of an iteration show', () => {
    assert.deepEqual(factors(manytoone, row(8)), [undefined]);
    assert.deepEqual(factors(manytoone, row(8 * 0.8)), [undefined], 'with a fifth of the time between the iterations');
    const threads = spec({ mode: 'MG', scheme: 'manytoone', numInitiatorDev: 8, numThreads: 4 });
    assert.deepEqual(factors(threads, row(4)), [8], 'four threads, each of which counts one device');
    assert.deepEqual(factors(threads, row(32)), [undefined]);
  });

  it('is decided for the whole table by its largest row', () => {
    const small = row(8, { blockSize: 4096, bytesPerSecond: 1 });
    assert.deepEqual(factors(manytoone, small, row(8)), [undefined, undefined]);
    assert.deepEqual(factors(manytoone, small, row(1)), [8, 8]);
  });
});
