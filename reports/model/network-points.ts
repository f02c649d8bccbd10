import { type NetworkShare, networkShares } from '../../suite/kv/kv-comparison.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { type Spread, spreadOf } from './curves.js';

/** Network share of a load point; times in seconds, medians over repetitions. */
export interface NetworkPoint {
  readonly test: string;
  readonly concurrency: number;
  /** See `NetworkShare`. Measured repetitions take precedence over bounds. */
  readonly status: NetworkShare['status'];
  readonly firstToken: Spread;
  /** Time to first token of the control; absent for a bound. */
  readonly control?: Spread;
  readonly atMeasuredRate: number;
  readonly atCeiling: number;
  /**
   * Time that control and measured rate do not explain. The median is computed from the other medians, the range from the
   * repetitions. For a bound: all time that the measured rate does not explain.
   */
  readonly residual: Spread;
}

/** Returns the network share of each load point of a run, in the order of the record. */
export function networkPointsOf(record: Pick<SuiteRecord, 'tests' | 'dynamo'>): NetworkPoint[] {
  return [...Map.groupBy(networkShares(record), ({ test }) => test).values()].flatMap((ofTest) =>
    [...Map.groupBy(ofTest, ({ concurrency }) => concurrency)]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([, shares]) => {
        const measured = shares.filter(({ status }) => status === 'measured');
        return pointOf(measured.length > 0 ? measured : shares) ?? [];
      }),
  );
}

function pointOf(shares: readonly NetworkShare[]): NetworkPoint | undefined {
  const [first] = shares;
  if (!first) return undefined;
  const { test, concurrency, status } = first;
  const spread = (value: (share: NetworkShare) => number) => spreadOf(shares.map(value));
  const firstToken = spread(({ timeToFirstToken }) => timeToFirstToken);
  const control = status === 'measured' ? spread((share) => share.timeToFirstToken - share.transfer) : undefined;
  const atMeasuredRate = spread(({ prediction }) => prediction.atMeasuredRate).median;
  const residual = spread((share) => share.residual);
  return {
    test,
    concurrency,
    status,
    firstToken,
    ...(control ? { control } : {}),
    atMeasuredRate,
    atCeiling: spread(({ prediction }) => prediction.atCeiling).median,
    residual: { ...residual, median: firstToken.median - (control?.median ?? 0) - atMeasuredRate },
  };
}
