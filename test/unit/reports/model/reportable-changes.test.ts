import assert from 'node:assert/strict';
import { metricsText, reportableChanges } from '../../../../reports/model/reportable-changes.js';
import type { MetricChange } from '../../../../results/regression/run-comparison.schema.js';

const change = (metric: string, change: MetricChange['change'], reason: string, more: Partial<MetricChange> = {}) =>
  ({ metric, change, reason, ...more }) as MetricChange;

describe('the rows about changes', () => {
  it('leave out what is unchanged and say one reason for many metrics once', () => {
    const rows = reportableChanges([
      change('ucx/bandwidth', 'inconclusive', 'too few values'),
      change('lf/bandwidth', 'regressed', 'slower', { difference: -0.1 }),
      change('lf/latency', 'unchanged', 'same'),
      change('lf/bandwidth/1MiB', 'inconclusive', 'too few values'),
      change('lf/bandwidth/2MiB', 'inconclusive', 'not comparable'),
      change('lf/bandwidth/4MiB', 'inconclusive', 'too few values'),
    ]);
    assert.deepEqual(
      rows.map((row) => [metricsText(row), row.reason]),
      [
        ['ucx/bandwidth and 2 more', 'too few values'],
        ['lf/bandwidth', 'slower'],
        ['lf/bandwidth/2MiB', 'not comparable'],
      ],
    );
  });

  it('keep every metric with a different change', () => {
    const noisy = (metric: string) => change(metric, 'inconclusive', 'too noisy', { difference: 0.01 });
    assert.equal(reportableChanges([noisy('a'), noisy('b')]).length, 2);
  });
});
