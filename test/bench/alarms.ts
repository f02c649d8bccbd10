import { median } from 'simple-statistics';
import { compareMetrics, holm, type MetricInput } from '../../suite/statistics/significance.js';
import { compareValues } from '../../suite/statistics/statistics.js';
import { studentTwoSided } from '../../suite/statistics/student-t.js';
import { type Noise, noises } from '../support/noise.js';

/**
 * How often a comparison of runs is wrong: suites in which nothing changed and that name a change all the same, and a
 * metric that changed and is not named. The suite's way stands beside the simple one: intervals one at a time, and the
 * medians of nights alone. `node dist/test/bench/alarms.js`
 */

const METRICS = 93;
const THRESHOLD = 0.03;
const SPREAD = 0.02;
const DROP = 0.1;

/** Whether each metric changed. */
type Decision = (metrics: readonly MetricInput[]) => readonly boolean[];

const suitesWay: Decision = (metrics) =>
  [...compareMetrics(metrics, THRESHOLD, 1).values()].map(
    ({ change }) => change === 'regressed' || change === 'improved',
  );

/** Tonight's median as a draw from those of the nights, whatever the repetitions say. */
const nightsAlone: Decision = (metrics) =>
  holm(
    metrics.map(({ reference, current }) => {
      const nights = reference.map((values) => Math.log(median([...values])));
      const center = nights.reduce((sum, night) => sum + night, 0) / nights.length;
      const variance = nights.reduce((sum, night) => sum + (night - center) ** 2, 0) / (nights.length - 1);
      const distance = Math.log(median([...current])) - center;
      return studentTwoSided(distance / Math.sqrt(variance * (1 + 1 / nights.length)), nights.length - 1);
    }),
  );

/** The two runs' intervals of the ratio, one metric at a time. */
const intervalsAlone: Decision = (metrics) =>
  metrics.map(({ reference, current }) => {
    const { interval } = compareValues(reference.flat(), current, 1);
    return interval !== undefined && (interval.low > 1 || interval.high < 1);
  });

function drawn(noise: Noise, nights: number, repetitions: number, level = 1): MetricInput {
  const night = (scale: number) => Array.from({ length: repetitions }, () => scale * noise());
  return {
    metric: '',
    betterWhen: 'higher',
    reference: Array.from({ length: nights }, () => night(1)),
    current: night(level),
  };
}

/** Shares of suites that name a change: where nothing changed, and the one metric that did. */
function ratesOf(decide: Decision, noise: Noise, nights: number, repetitions: number, suites: number) {
  let [alarms, found] = [0, 0];
  for (let suite = 0; suite < suites; suite++) {
    const metrics = Array.from({ length: METRICS }, (_, i) => ({
      ...drawn(noise, nights, repetitions, i === 0 ? 1 - DROP : 1),
      metric: `m${i}`,
    }));
    const unchanged = { ...drawn(noise, nights, repetitions), metric: 'm0' };
    if (decide(metrics)[0]) found++;
    if (decide([unchanged, ...metrics.slice(1)]).some(Boolean)) alarms++;
  }
  const percent = (count: number) => `${((100 * count) / suites).toFixed(1)} %`;
  return { alarms: percent(alarms), found: percent(found) };
}

function print(title: string, other: [string, Decision], nights: number, repetitions: number, suites: number): void {
  console.log(`\n${title}: ${suites} suites of ${METRICS} metrics that spread by ${100 * SPREAD} %\n`);
  console.log('                                          false alarms            drop of 10 % found');
  console.log(
    `${'figures'.padEnd(40)}  ${'suite'.padStart(8)}  ${other[0].padStart(10)}  ${'suite'.padStart(12)}  ${other[0].padStart(10)}`,
  );
  for (const name of Object.keys(noises(1, SPREAD))) {
    const [suite, alone] = [suitesWay, other[1]].map((decide) => {
      const noise = noises(1, SPREAD)[name] as Noise;
      return ratesOf(decide, noise, nights, repetitions, suites);
    });
    if (!suite || !alone) continue;
    console.log(
      [
        name.padEnd(40),
        suite.alarms.padStart(8),
        alone.alarms.padStart(10),
        suite.found.padStart(12),
        alone.found.padStart(10),
      ].join('  '),
    );
  }
}

print('one run with another, 6 repetitions each', ['intervals', intervalsAlone], 1, 6, 40);
for (const nights of [4, 10])
  print(`tonight with ${nights} nights, 6 repetitions each`, ['nights', nightsAlone], nights, 6, 200);
