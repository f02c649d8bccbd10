import assert from 'node:assert/strict';
import type { Row } from '../../../../suite/hardware/measurement.js';
import { transportTest } from '../../../../suite/spec/transport-tests.js';
import { toolOf } from '../../../../suite/tools/registry.js';

const row = (bytesPerSecond: number): Row => ({ blockSize: 1, batchSize: 1, bytesPerSecond, original: '' });

function stallTimeout(fields: object, rows: readonly Row[]): number | undefined {
  const test = transportTest.parse({ name: 't', ...fields });
  return toolOf(test).stallTimeout(test, rows);
}

describe('the time without output after which ranks count as hung', () => {
  const nixlbench = { tool: 'nixlbench', backend: 'UCX', largeBlkIterFtr: 1, numIter: 90, warmupIter: 10 };
  const blocks = { ...nixlbench, startBlockSize: '32Mi', maxBlockSize: '64Mi' };

  it('is 3 minutes for short rows, and after the last one', () => {
    assert.equal(stallTimeout(nixlbench, []), 180);
    assert.equal(stallTimeout(blocks, [row(1e9), row(1e9)]), 180);
  });

  it('is five times the next row of nixlbench at 10 MB/s, then at the slowest bandwidth so far', () => {
    assert.equal(stallTimeout(blocks, []), 5 * (12.5 + (100 * 2 ** 25) / 10e6));
    assert.equal(stallTimeout(blocks, [row(20e6)]), 5 * (12.5 + (100 * 2 ** 26) / 20e6));
  });

  it('is five times the next size of ucx_perftest with one process, and unknown with several', () => {
    const ucx = { tool: 'ucx-perftest', sizes: ['1Ki', '64Mi'], iterations: 90, warmupIterations: 10 };
    assert.equal(stallTimeout(ucx, [row(20e6), row(10e6)]), 180);
    assert.equal(stallTimeout(ucx, [row(20e6)]), 5 * (5 + (100 * 2 ** 26) / 20e6));
    assert.equal(stallTimeout({ ...ucx, devices: ['mlx5_0:1', 'mlx5_1:1'] }, []), undefined);
  });

  it('is five times both directions of the next size of fi_pingpong', () => {
    const pingpong = { tool: 'fi-pingpong', sizes: ['1Mi'], iterations: 1000 };
    assert.equal(stallTimeout(pingpong, []), 5 * (5 + 1 + 30 + 20 + (2 * 1000 * 2 ** 20) / 10e6));
  });
});
