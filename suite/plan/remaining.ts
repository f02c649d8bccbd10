import { type Estimate, intervalOf, sumOfEstimates, ZERO } from '../statistics/estimate.js';
import { formatDuration } from '../units/units.js';
import { type PendingTest, restOf, sampleOf, type TimedTest } from './rest-of-test.js';
import type { Range } from './test-forecast.js';
import { type ToolEffect, ToolEffectLearner } from './tool-effect.js';

/** Seconds until the last test ends: the expected value, and the interval that contains it with probability 0.8. */
export interface RemainingTime extends Range {
  readonly expected: number;
}

/**
 * Estimates the seconds until the last of these tests ends. The means and the variances of the tests add; the tests that
 * have not begun share the uncertain effect of their tool, whose deviations add. Excludes waits for nodes or for a person,
 * and retries after a failure. Takes a constant time for each test.
 *
 * @param ended tests that have ended, from which the effect of their tool is learned
 * @param before time before the first test, which is independent of the tests
 */
export function remainingTime(
  open: readonly PendingTest[],
  ended: readonly TimedTest[] = [],
  before: Estimate = ZERO,
): RemainingTime {
  const effects = effectsOf([...ended, ...open]);
  const shared = new Map<string, number>();
  const parts = open.map((test): Estimate => {
    const { tool } = test.forecast;
    const { mean, variance, common } = restOf(test, effects(tool));
    shared.set(tool, (shared.get(tool) ?? 0) + common);
    return { mean, variance };
  });
  const common = [...shared.values()].map((deviation) => ({ mean: 0, variance: deviation ** 2 }));
  const total = sumOfEstimates([before, ...parts, ...common]);
  return { ...intervalOf(total), expected: total.mean };
}

/** Returns what is left of a time of which some has passed; a tenth of it when it takes longer than expected. */
export function leftOf({ mean, variance }: Estimate, elapsed: number): Estimate {
  return { mean: Math.max(mean - elapsed, mean / 10), variance };
}

/** An estimate of the seconds that remain. Former workers give only the ends of a range. */
interface Remaining extends Range {
  readonly expected?: number | undefined;
}

/**
 * Formats an expected end: `expected end 14:32 (in 23 min, ± 4 min)`.
 *
 * @param left seconds that remain now
 * @param clock formats a time, in milliseconds since 1970
 * @param now milliseconds since 1970
 */
export function expectedEndText(left: Remaining, clock: (time: number) => string, now: number): string {
  const { mean, spread } = centreOf(left);
  return `expected end ${clock(now + mean * 1000)} (${mean < 1 ? 'now' : `in ${roughly(mean)}`}${spreadText(spread)})`;
}

/** Formats the remaining time of a run that waits for a person: `23 min, ± 4 min`. */
export function remainingText(left: Remaining): string {
  const { mean, spread } = centreOf(left);
  return `${mean < 1 ? 'less than 1 s' : roughly(mean)}${spreadText(spread)}`;
}

function centreOf({ low, high, expected = (low + high) / 2 }: Remaining): { mean: number; spread: number } {
  const mean = Math.max(0, expected);
  return { mean, spread: Math.max(0, high - mean) };
}

function spreadText(spread: number): string {
  return spread < 1 ? '' : `, ± ${roughly(spread)}`;
}

/** Formats seconds without the digits that an estimate does not have: `45 s`, `4 min 10 s`, `23 min`, `1 h 35 min`. */
function roughly(seconds: number): string {
  const step = seconds < 60 ? 1 : seconds < 600 ? 10 : seconds < 7200 ? 60 : 300;
  return formatDuration(Math.round(seconds / step) * step);
}

function effectsOf(tests: readonly TimedTest[]): (tool: string) => ToolEffect {
  const learners = new Map<string, ToolEffectLearner>();
  for (const { forecast, took } of tests) {
    const learner = learners.get(forecast.tool) ?? new ToolEffectLearner();
    learners.set(forecast.tool, learner);
    if (took) learner.add(forecast, sampleOf(took).mean);
  }
  const known = new Map([...learners].map(([tool, learner]) => [tool, learner.effect()]));
  return (tool) => known.get(tool) ?? new ToolEffectLearner().effect();
}
