import type { TestProgress } from './messages.js';

interface Shown {
  readonly status: TestProgress['status'];
  readonly verdict?: TestProgress['verdict'] | undefined;
}

/**
 * Chooses the tests to show, in their order: all of a small suite; of a large one those that run or wait for a person,
 * those that did not pass, and the nearest before and after the running ones.
 *
 * @param limit maximum number of tests
 */
export function shownTests<Test extends Shown>(tests: readonly Test[], limit: number): readonly Test[] {
  if (tests.length <= limit) return tests;
  const active = (test: Test) => test.status === 'running' || test.status === 'parked';
  const failed = (test: Test) => test.status === 'done' && test.verdict !== 'pass';
  const first = tests.findIndex((test) => active(test) || test.status === 'waiting');
  const around = first < 0 ? tests.length : first;
  const chosen = new Set<Test>();
  const choose = (test: Test | undefined) => {
    if (test && chosen.size < limit) chosen.add(test);
  };
  for (const test of [...tests.filter(active), ...tests.filter(failed).slice(0, limit / 2)]) choose(test);
  for (let distance = 0; chosen.size < limit; distance++) {
    choose(tests[around + distance]);
    choose(tests[around - distance]);
  }
  return tests.filter((test) => chosen.has(test));
}

/** Describes the tests that are not shown: `1,950 more tests: 1,200 pass, 750 waiting`; undefined without any. */
export function hiddenTests(tests: readonly Shown[], shown: readonly Shown[]): string | undefined {
  const visible = new Set(shown);
  const counts = new Map<string, number>();
  for (const test of tests) {
    if (visible.has(test)) continue;
    const state = test.status === 'done' ? (test.verdict ?? test.status) : test.status;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const number = (count: number) => count.toLocaleString('en-US');
  const parts = [...counts].map(([state, count]) => `${number(count)} ${state}`);
  const more = tests.length - shown.length;
  return `${number(more)} more ${more === 1 ? 'test' : 'tests'}: ${parts.join(', ')}`;
}
