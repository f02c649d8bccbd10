import type { Activities } from '../../activities/index.js';
import { FAILURES, type FailureClass } from '../../suite/verdict/failure.js';
import type { Verdict } from '../../suite/verdict/verdict.js';
import type { WorkerMetrics } from './worker-metrics.js';

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Result<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]>>;

/** What the metrics take from the inputs and results of successful activities. */
const ON_SUCCESS: {
  readonly [Name in keyof Activities]?: (metrics: WorkerMetrics, input: Input<Name>, result: Result<Name>) => void;
} = {
  recordCell(metrics, { cell, attempts }, { verdict }) {
    metrics.add('dynamo_bench_cells_total', { kind: cell.warmUp ? 'warm-up' : 'transport', verdict });
    for (const { failure } of attempts) {
      metrics.add('dynamo_bench_attempts_total', { kind: 'transport', failure: failure?.class ?? 'none' });
    }
  },
  recordLoadCell(metrics, _, { verdict }) {
    metrics.add('dynamo_bench_cells_total', { kind: 'inference', verdict });
  },
  judgeLoadRun(metrics, _, { failure }) {
    metrics.add('dynamo_bench_attempts_total', { kind: 'inference', failure: failure?.class ?? 'none' });
  },
  recordEnd(metrics, _, { suite, verdict, reasons }) {
    const outcome = reasons.some(({ code }) => code === 'cancelled') ? 'cancelled' : verdict;
    metrics.add('dynamo_bench_runs_total', { suite, outcome });
    metrics.set('dynamo_bench_run_end_timestamp_seconds', { suite, outcome }, Date.now() / 1000);
  },
  compareRun(metrics, _, { change }) {
    metrics.add('dynamo_bench_comparisons_total', { change });
  },
};

/** Steps of an inference attempt: when one of them fails for good, the attempt has ended without a judgement. */
const ENDS_LOAD_ATTEMPT: ReadonlySet<string> = new Set<keyof Activities>(['runLoad', 'judgeLoadRun']);

/** Updates the metrics after a step that succeeded. */
export function observeSuccess(metrics: WorkerMetrics, step: string, input: unknown, result: unknown): void {
  const observe = ON_SUCCESS[step as keyof Activities] as
    | ((metrics: WorkerMetrics, input: unknown, result: unknown) => void)
    | undefined;
  observe?.(metrics, input, result);
}

/** Failure of one try of a step. */
export interface StepFailure {
  readonly class: FailureClass;
  /** Whether the step is not retried. */
  readonly isFinal: boolean;
}

/** Updates the metrics after a try of a step that failed. */
export function observeFailure(metrics: WorkerMetrics, step: string, failed: StepFailure): void {
  const { class: failure } = failed;
  metrics.add('dynamo_bench_step_failures_total', { failure });
  if (failed.isFinal && ENDS_LOAD_ATTEMPT.has(step)) {
    metrics.add('dynamo_bench_attempts_total', { kind: 'inference', failure });
  }
}

/** Makes all series with known labels visible with the value 0: `increase` misses the first increase of a new series. */
export function showAllSeries(metrics: WorkerMetrics): void {
  const verdicts: readonly Verdict[] = ['pass', 'fail', 'inconclusive', 'skipped'];
  for (const verdict of verdicts) {
    for (const kind of ['transport', 'warm-up', 'inference']) {
      metrics.add('dynamo_bench_cells_total', { kind, verdict }, 0);
    }
  }
  for (const failure of Object.keys(FAILURES)) {
    metrics.add('dynamo_bench_step_failures_total', { failure }, 0);
    for (const kind of ['transport', 'inference']) metrics.add('dynamo_bench_attempts_total', { kind, failure }, 0);
  }
  for (const change of ['regressed', 'unchanged', 'improved', 'inconclusive']) {
    metrics.add('dynamo_bench_comparisons_total', { change }, 0);
  }
}
