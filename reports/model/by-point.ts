import type { LoadPoint } from '../../suite/spec/inference-tests.js';

/** Sorts load points by concurrency and repetition within each test. */
export function byPoint<Point extends LoadPoint & { readonly test: string }>(points: readonly Point[]): Point[] {
  return [...Map.groupBy(points, ({ test }) => test).values()].flatMap((ofTest) =>
    ofTest.toSorted((a, b) => a.concurrency - b.concurrency || a.repetition - b.repetition),
  );
}
