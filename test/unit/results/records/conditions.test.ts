import assert from 'node:assert/strict';
import { compareConditions, conditionsText, parseConditions } from '../../../../results/records/conditions.js';
import { seriesName } from '../../../../results/records/series.js';

describe('conditions of a series', () => {
  it('have one text, whatever their order', () => {
    assert.equal(conditionsText({ batch: 1, block: 65536 }), 'block=65536 batch=1');
    assert.equal(conditionsText({}), '');
    assert.equal(conditionsText({ rate: 2.5, nodes: 4, concurrency: 8 }), 'concurrency=8 nodes=4 rate=2.5');
    for (const conditions of [{}, { block: 65536, batch: 4 }, { concurrency: 16, rate: 0.5 }])
      assert.deepEqual(parseConditions(conditionsText(conditions)), conditions);
  });

  it('are ordered by value, whole tests first', () => {
    const ordered = [{}, { block: 65536, batch: 1 }, { block: 65536, batch: 4 }, { block: 1048576, batch: 1 }];
    assert.deepEqual(ordered.toReversed().sort(compareConditions), ordered);
  });

  it('make the names that people type and acknowledgements hold', () => {
    const name = (metric: 'latency' | 'ttft', conditions: Record<string, number>) =>
      seriesName({ test: 't', metric, conditions });
    assert.equal(name('latency', { block: 65536, batch: 1 }), 't/latency/64KiB');
    assert.equal(name('latency', { block: 65536, batch: 4 }), 't/latency/64KiB/x4');
    assert.equal(name('ttft', { concurrency: 16 }), 't/ttft/c16');
    assert.equal(name('ttft', { concurrency: 16, rate: 2 }), 't/ttft/c16/rate=2');
  });
});
