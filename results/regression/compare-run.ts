import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { SuiteRecord } from '../../suite/record/record.js';
import { comparisonSteps, type MetricOutcome } from '../../suite/statistics/significance.js';
import type { Tables } from '../database/tables.js';
import { type MetricHistory, readHistory } from '../records/history.js';
import { originText } from '../records/origin.js';
import type { LeftOut } from '../records/readable.js';
import { type Acknowledgement, listAcknowledgements } from './acknowledgements.js';
import { type BaselineSelection, findBaselineRuns, rollingName } from './baseline-runs.js';
import { type ComparedMetric, comparedMetrics } from './compared-metrics.js';
import { type EarlierRun, readEarlierRuns } from './earlier-runs.js';
import { coveringAcknowledgement, firstRegressedRun } from './regression-context.js';
import { changeOfRun } from './run-change.js';
import type { MetricChange, RunComparison } from './run-comparison.schema.js';

export interface RegressionOptions extends BaselineSelection {
  /** Number of runs in a rolling baseline. Default: 10. */
  readonly baselineRuns?: number | undefined;
  /** Smallest relevant difference, as a share. Default: 0.03. */
  readonly threshold?: number | undefined;
  /** Receives the failures of earlier runs that cannot be read; the comparison leaves them out. */
  readonly leftOut?: LeftOut | undefined;
}

const DEFAULT_BASELINE_RUNS = 10;
/** Smallest relevant difference from a baseline, as a share. */
export const DEFAULT_THRESHOLD = 0.03;
const SEED = 1;

/**
 * Compares each metric of a run with its baseline. An earlier run is used for a test only when the cells of both runs are
 * comparable. A rolling baseline excludes runs in which the metric regressed; otherwise a regression would become the
 * baseline after some runs and would no longer be reported.
 *
 * @throws {SuiteFailure} `NotFound` when the suite has no baseline of that name
 */
export async function compareRun(
  kysely: Kysely<Tables>,
  record: SuiteRecord,
  options: RegressionOptions = {},
): Promise<RunComparison> {
  const { baselineRuns = DEFAULT_BASELINE_RUNS, threshold = DEFAULT_THRESHOLD } = options;
  const { kind, name, candidates } = await findBaselineRuns(kysely, record, options, baselineRuns);
  const tests = [...record.tests, ...(record.dynamo?.tests ?? [])].map((test) => test.name);
  const earlier = await readEarlierRuns(kysely, candidates, tests, options.leftOut);
  const compared = comparedMetrics(record, earlier, (runs, metric) =>
    runs.filter((run) => kind === 'named' || !run.regressed.has(metric)).slice(0, baselineRuns),
  );
  const metrics = await changesOf(kysely, record, compared, threshold);
  const used = usedRuns(earlier, compared);
  return {
    version: 1,
    ...changeOfRun(metrics, new Set(compared.filter(({ headline }) => headline).map(({ metric }) => metric))),
    baseline: {
      kind,
      name: name ?? rollingName(used.length, baselineRuns),
      runs: used.map(({ entry: { workflowId, runId, startedAt, origin } }) => ({
        workflowId,
        runId,
        startedAt,
        ...(origin ? { origin: originText(origin) } : {}),
      })),
    },
    minimalDifference: threshold,
    metrics,
  };
}

function usedRuns(earlier: readonly EarlierRun[], compared: readonly ComparedMetric[]): EarlierRun[] {
  const used = new Set(compared.flatMap(({ runs }) => runs));
  return earlier.filter((run) => used.has(run));
}

/** Compares the metrics, and lets the worker send its heartbeats after each of them. */
async function outcomesOf(compared: readonly ComparedMetric[], threshold: number) {
  const steps = comparisonSteps(compared, threshold, SEED);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await setImmediate();
  }
}

async function changesOf(
  kysely: Kysely<Tables>,
  record: SuiteRecord,
  compared: readonly ComparedMetric[],
  threshold: number,
): Promise<MetricChange[]> {
  const outcomes = await outcomesOf(compared, threshold);
  const acknowledgements = await listAcknowledgements(kysely, record.suite);
  const histories = await historiesOf(
    kysely,
    record,
    compared.map(({ metric }) => metric).filter((metric) => outcomes.get(metric)?.change === 'regressed'),
  );
  return compared.map((metric) => {
    const outcome = outcomes.get(metric.metric) ?? { change: 'inconclusive', reason: 'not compared' };
    if (outcome.change !== 'regressed') return changeOf(metric, outcome);
    return regressionOf(
      { record, metric, history: histories.get(metric.metric), threshold },
      outcome,
      acknowledgements,
    );
  });
}

async function historiesOf(
  kysely: Kysely<Tables>,
  { suite, startedAt }: SuiteRecord,
  metrics: readonly string[],
): Promise<ReadonlyMap<string, MetricHistory>> {
  if (metrics.length === 0) return new Map();
  const histories = await readHistory(kysely, {
    suite,
    wanted: ({ name }) => metrics.includes(name),
    until: startedAt,
    trusted: true,
  });
  return new Map(histories.map((history) => [history.metric, history]));
}

function changeOf({ metric, reference, forbidding }: ComparedMetric, outcome: MetricOutcome): MetricChange {
  const reason =
    reference.length === 0 && forbidding ? `not comparable with the baseline: ${forbidding}` : outcome.reason;
  return { metric, ...persisted(outcome), reason };
}

function regressionOf(
  regressed: Parameters<typeof firstRegressedRun>[0],
  outcome: MetricOutcome,
  acknowledgements: readonly Acknowledgement[],
): MetricChange {
  const { metric, lostNics } = regressed.metric;
  const acknowledged = coveringAcknowledgement(regressed, acknowledgements);
  return {
    metric,
    ...persisted(outcome),
    reason: lostNics ? `${outcome.reason}; ${lostNics}` : outcome.reason,
    since: firstRegressedRun(regressed, outcome.difference ?? 0),
    ...(acknowledged ? { acknowledged: acknowledged.reason } : {}),
  };
}

/** Converts an outcome to the comparison record, which calls the reference values `baseline`. */
function persisted({ reference, ...outcome }: MetricOutcome): Omit<MetricChange, 'metric'> {
  return { ...outcome, ...(reference ? { baseline: reference } : {}) };
}
