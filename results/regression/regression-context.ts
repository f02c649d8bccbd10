import { median } from 'simple-statistics';
import type { SuiteRecord } from '../../suite/record/record.js';
import { findSteps } from '../../suite/statistics/change-points.js';
import type { MetricHistory } from '../records/history.js';
import type { Acknowledgement } from './acknowledgements.js';
import type { ComparedMetric } from './compared-metrics.js';
import type { MetricChange } from './run-comparison.schema.js';

const SEED = 1;

/** A metric that regressed in a run, with its history. */
export interface RegressedMetric {
  readonly record: SuiteRecord;
  readonly metric: ComparedMetric;
  /** History up to the run; undefined when the metric has none. */
  readonly history: MetricHistory | undefined;
  /** Smallest relevant change, as a share. */
  readonly threshold: number;
}

/**
 * Finds the first run in which a regressed metric had its current level, by the step test over its history. Returns the
 * given run when the history has no step.
 *
 * @param difference difference from the baseline, as a share
 */
export function firstRegressedRun(
  { record, metric, history, threshold }: RegressedMetric,
  difference: number,
): NonNullable<MetricChange['since']> {
  const earlier = (history?.points ?? []).filter(
    ({ runId, workflowId }) => workflowId !== record.workflowId || runId !== record.runId,
  );
  const medians = [...earlier.map(({ values }) => values), metric.current].map((values) => median([...values]));
  const step = findSteps(medians, threshold, SEED).findLast(({ size }) => Math.sign(size) === Math.sign(difference));
  const first = step && earlier[step.at];
  return step && first
    ? { workflowId: first.workflowId, startedAt: first.startedAt, size: step.size }
    : { workflowId: record.workflowId, startedAt: record.startedAt, size: difference };
}

/** Finds the acknowledgement that covers a regression: the metric is not worse than in the acknowledged run. */
export function coveringAcknowledgement(
  { metric: { metric, current, betterWhen }, history, threshold }: RegressedMetric,
  acknowledgements: readonly Acknowledgement[],
): Acknowledgement | undefined {
  return acknowledgements.findLast((candidate) => {
    if (candidate.metric !== metric) return false;
    const level = history?.points.find(
      ({ workflowId, runId }) => workflowId === candidate.workflowId && runId === candidate.runId,
    );
    if (!level) return false;
    const ratio = median([...current]) / median([...level.values]);
    return betterWhen === 'higher' ? ratio > 1 - threshold : ratio < 1 + threshold;
  });
}
