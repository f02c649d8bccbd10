import type { TestRecord } from '../../suite/record/record.js';
import type { Report } from './report.js';

/** Maximum number of transport tests in the parts of a report whose size grows with each test. */
export const MOST_TESTS = {
  /** Tests with a card, a row in the timeline and a panel with their evidence. */
  inFull: 40,
  /** Tests with a chart across runs: two pictures each, which take 20 ms. */
  history: 24,
  /** Tests with a curve against block size. More curves are not distinguishable. */
  curves: 16,
} as const;

/**
 * Selects the transport tests that a part of a report shows, in the order of the suite: those that failed first, then
 * those that regressed, then the inconclusive ones, then the others. All tests of a selection by name are shown.
 */
export function detailedTests(
  { record, comparison, selection }: Pick<Report, 'record' | 'comparison' | 'selection'>,
  part: keyof typeof MOST_TESTS,
): readonly TestRecord[] {
  if (selection || record.tests.length <= MOST_TESTS[part]) return record.tests;
  const regressed = new Set(
    comparison?.metrics
      .filter(({ change, acknowledged }) => change === 'regressed' && !acknowledged)
      .map(({ metric }) => testOfMetric(metric)),
  );
  const place = ({ name, verdict }: TestRecord) =>
    verdict === 'fail' ? 0 : regressed.has(name) ? 1 : verdict === 'inconclusive' ? 2 : 3;
  const chosen = new Set(record.tests.toSorted((a, b) => place(a) - place(b)).slice(0, MOST_TESTS[part]));
  return record.tests.filter((test) => chosen.has(test));
}

/** Returns the name of the test from the name of its series; a test's name has no slash. */
export function testOfMetric(metric: string): string {
  return metric.split('/')[0] ?? metric;
}
