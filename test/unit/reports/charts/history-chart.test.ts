import assert from 'node:assert/strict';
import { historyChart } from '../../../../reports/charts/history-chart.js';

describe('the history of a metric', () => {
  const drawn = (...startedAt: string[]) => {
    const points = startedAt.map((at, i) => ({
      workflowId: `run-${i}`,
      runId: `${i}`,
      startedAt: at,
      values: [46e9 + i],
    }));
    const { text } = historyChart(
      { metric: 'lf/bandwidth', unit: 'bytes per second', simulated: false, points, steps: [] },
      'history',
    );
    return [...text.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, words]) => words);
  };

  it('has days on its axis', () => {
    const texts = drawn('2026-01-05T02:30:00.000Z', '2026-01-06T02:30:00.000Z', '2026-01-07T02:30:00.000Z');
    assert.ok(texts.includes('01-06'), texts.join());
  });

  it('has clock times on its axis when all runs are of one day', () => {
    const texts = drawn('2026-01-05T23:50:00.000Z', '2026-01-06T00:00:00.000Z', '2026-01-06T00:20:00.000Z');
    assert.ok(texts.includes('00:00'), texts.join());
    assert.ok(!texts.includes('01-06'), texts.join());
  });

  it('is drawn for a single run', () => {
    assert.ok(drawn('2026-01-05T02:30:00.000Z').includes('01-05'));
  });
});
