import { validLoad } from '../../suite/comparability/inference.js';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import { type Spread, spreadOf } from './curves.js';

/** Figures of an inference test at one concurrency, over its repetitions. Figures that no repetition has are absent. */
export interface LoadFigures {
  readonly concurrency: number;
  /** Seconds: median and 99th percentile of the time to first token, median time between tokens. */
  readonly firstToken?: Spread | undefined;
  readonly firstToken99?: Spread | undefined;
  readonly betweenTokens?: Spread | undefined;
  /** Output tokens per second: of all users, per GPU of the workers, and per user. */
  readonly throughput?: Spread | undefined;
  readonly throughputPerGpu?: Spread | undefined;
  readonly throughputPerUser?: Spread | undefined;
}

/** The concurrency sweep of one inference test. */
export interface LoadCurve {
  readonly test: string;
  readonly topology: InferenceTestRecord['topology'];
  /** Position among the tests of the record. It determines the colour and the mark in every chart. */
  readonly index: number;
  readonly points: readonly LoadFigures[];
}

/** Returns the concurrency sweeps of the inference tests in the order of the record. Excludes invalid load points. */
export function loadCurvesOf({ tests }: DynamoRecord): LoadCurve[] {
  return tests.map(({ name, topology, cells }, index) => {
    const measured = cells.filter((cell) => validLoad(cell));
    const byConcurrency = [...Map.groupBy(measured, ({ concurrency }) => concurrency)];
    const points = byConcurrency.map(([concurrency, same]) => figuresAt(concurrency, same));
    return { test: name, topology, index, points: points.toSorted((a, b) => a.concurrency - b.concurrency) };
  });
}

/** Returns the throughput per GPU; undefined when the throughput is unknown or the deployment has no GPU. */
export function perGpu(outputTokensPerSecond: number | undefined, gpus: number): number | undefined {
  return outputTokensPerSecond === undefined || gpus === 0 ? undefined : outputTokensPerSecond / gpus;
}

function figuresAt(concurrency: number, cells: readonly InferenceCell[]): LoadFigures {
  const spread = (value: (load: NonNullable<InferenceCell['load']>, cell: InferenceCell) => number | undefined) => {
    const values = cells.flatMap((cell) => (cell.load ? (value(cell.load, cell) ?? []) : []));
    return values.length > 0 ? spreadOf(values) : undefined;
  };
  return {
    concurrency,
    firstToken: spread(({ timeToFirstToken }) => timeToFirstToken?.p50),
    firstToken99: spread(({ timeToFirstToken }) => timeToFirstToken?.p99),
    betweenTokens: spread(({ interTokenLatency }) => interTokenLatency?.p50),
    throughput: spread(({ outputTokensPerSecond }) => outputTokensPerSecond),
    throughputPerGpu: spread(({ outputTokensPerSecond }, { gpus }) => perGpu(outputTokensPerSecond, gpus)),
    throughputPerUser: spread(({ outputTokensPerSecondAndUser }) => outputTokensPerSecondAndUser),
  };
}
