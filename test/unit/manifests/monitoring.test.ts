import assert from 'node:assert/strict';
import { METRICS, type MetricKind } from '../../../worker/metrics/metric-table.js';
import { readExpressions, selectorsOf } from '../../support/promql.js';

/** Metrics that Prometheus shows for an entry of the table. */
function exported([name, { type, labels }]: [string, MetricKind]): (readonly [string, ReadonlySet<string>])[] {
  const own = Object.keys(labels);
  if (type !== 'histogram') return [[name, new Set(own)]];
  return [
    [`${name}_bucket`, new Set([...own, 'le'])],
    [`${name}_sum`, new Set(own)],
    [`${name}_count`, new Set(own)],
  ];
}

describe('the alerts and the dashboard', () => {
  const known = new Map(Object.entries<MetricKind>(METRICS).flatMap(exported));
  const used = readExpressions().flatMap(({ place, expression }) =>
    selectorsOf(expression).map((selector) => ({ place, ...selector })),
  );

  it('use only metrics of the worker’s table and of the SDK', () => {
    const strange = used.filter(({ name }) => !known.has(name) && !name.startsWith('temporal_'));
    assert.deepEqual(strange, []);
  });

  it('select by labels that the metric has', () => {
    const wrong = used.filter(({ name, labels }) => labels.some((label) => known.get(name)?.has(label) === false));
    assert.deepEqual(wrong, []);
  });

  it('use every metric of the table', () => {
    const names = new Set(used.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
    assert.deepEqual(
      Object.keys(METRICS).filter((name) => !names.has(name)),
      [],
    );
  });
});

describe('selectorsOf', () => {
  const namesOf = (expression: string) => selectorsOf(expression).map(({ name }) => name);

  it('finds every metric of an expression', () => {
    const expression = `
      sum by (le, step) (rate(a_bucket{step=~"b|c", x!="d{e}"}[5m])) / on (step) group_left (y) up
        and absent(f_total == 1) or g:h offset 15m > bool 1.5e3 # a comment
        unless histogram_quantile(0.9, i_bucket[$__rate_interval])`;
    assert.deepEqual(namesOf(expression), ['a_bucket', 'up', 'f_total', 'g:h', 'i_bucket']);
    assert.deepEqual(selectorsOf(expression)[0]?.labels, ['step', 'x']);
  });

  it('takes a name that no metric has for a metric', () => {
    assert.deepEqual(namesOf('max(dynamo_bench_redy)'), ['dynamo_bench_redy']);
  });
});
