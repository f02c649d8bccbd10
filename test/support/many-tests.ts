import type { Report } from '../../reports/model/report.js';
import { measuredCell, suiteRecord } from './records.js';

/**
 * A report of so many transport tests, `lf-v1`, `lf-v2`, …, with a history each.
 *
 * @param troubled number of the last tests that failed, of those before them that regressed, and of those before them that
 *   are inconclusive
 */
export function manyTests(
  count: number,
  { failed = 0, regressed = 0, inconclusive = 0 }: { failed?: number; regressed?: number; inconclusive?: number } = {},
): Report {
  const names = Array.from({ length: count }, (_, i) => `lf-v${i + 1}`);
  const rest = names.toReversed();
  const [bad, slow, doubtful] = [failed, regressed, inconclusive].map((number) => new Set(rest.splice(0, number)));
  const cells = names.map((test, i) => ({
    ...measuredCell({ workflowId: 'many', test, bandwidth: 44e9 + i * 1e6, at: '2026-01-05T02:40:00.000Z' }),
    parameters: { tool: 'nixlbench', backend: 'LIBFABRIC' },
  }));
  const record = suiteRecord('many', cells, { startedAt: '2026-01-05T02:30:00.000Z' });
  const verdictOf = (name: string) => (bad?.has(name) ? 'fail' : doubtful?.has(name) ? 'inconclusive' : 'pass');
  return {
    record: { ...record, tests: record.tests.map((test) => ({ ...test, verdict: verdictOf(test.name) })) },
    complete: true,
    comparison: {
      version: 1,
      change: 'regressed',
      reason: 'some metrics are lower',
      baseline: { kind: 'rolling', name: 'the last run', runs: [] },
      minimalDifference: 0.03,
      metrics: names.map((name) => ({
        metric: `${name}/bandwidth`,
        change: slow?.has(name) ? 'regressed' : 'unchanged',
        reason: 'compared',
      })),
    },
    history: [],
  };
}
