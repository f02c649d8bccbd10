import type { Kysely } from 'kysely';
import { median } from 'simple-statistics';
import type { SuiteRecord } from '../../suite/record/record.js';
import { findSteps } from '../../suite/statistics/change-points.js';
import { compareMetrics, type MetricInput } from '../../suite/statistics/significance.js';
import type { Tables } from '../database/tables.js';
import { type MetricHistory, readHistory } from '../records/history.js';
import { listRuns, type RunEntry } from '../records/runs.js';
import { isHeadline, kindOf } from '../records/series.js';
import { type Acknowledgement, listAcknowledgements } from './acknowledgements.js';
import { baselineFor } from './baselines.js';
import { figuresByName, testDifferences } from './compared-tests.js';
import { type EarlierRun, readEarlierRuns } from './earlier-runs.js';
import type { MetricChange, RunComparison } from './run-comparison.schema.js';

/** What a run is held against. */
export interface RegressionOptions {
  /**
   * Name of an accepted baseline, or `rolling` for the last `runs` comparable runs. Default: the accepted baseline called
   * `default`, without one `rolling`.
   */
  readonly baseline?: string | undefined;
  /** One run, instead of a baseline. */
  readonly against?: RunEntry | undefined;
  /** Runs of the rolling baseline. Default 10. */
  readonly baselineRuns?: number | undefined;
  /** A smaller difference is not relevant, as a share. Default 0.03. */
  readonly threshold?: number | undefined;
}

const DEFAULT_BASELINE_RUNS = 10;
export const DEFAULT_MINIMAL_DIFFERENCE = 0.03;
/** How far back comparable runs are looked for, as a multiple of those that are needed. */
const LOOK_BACK = 3;
const SEED = 1;

/**
 * Holds a run against its baseline, metric by metric. A run of the baseline counts for a test only when its cells may be
 * compared with those of the run, and for a metric only when it did not itself regress there: else an alarm would fall
 * silent by itself after some nights.
 *
 * @throws {SuiteFailure} `NotFound` when there is no baseline of that name
 */
export async function compareRun(
  kysely: Kysely<Tables>,
  record: SuiteRecord,
  options: RegressionOptions = {},
): Promise<RunComparison> {
  const { baselineRuns: runs = DEFAULT_BASELINE_RUNS, threshold: minimalDifference = DEFAULT_MINIMAL_DIFFERENCE } =
    options;
  const named = options.against ? undefined : await baselineFor(kysely, record.suite, options.baseline);
  const candidates = options.against
    ? [options.against]
    : named
      ? (await listRuns(kysely, { workflowId: named.workflowId })).filter(({ runId }) => runId === named.runId)
      : await runsBefore(kysely, record, runs * LOOK_BACK);
  const tests = [...record.tests, ...(record.dynamo?.tests ?? [])];
  const earlier = await readEarlierRuns(
    kysely,
    candidates,
    tests.map(({ name }) => name),
  );
  const acknowledgements = await listAcknowledgements(kysely, record.suite);

  const fixed = named !== undefined || options.against !== undefined;
  const used = new Set<EarlierRun>();
  const notComparable = new Map<string, string>();
  const inputs: MetricInput[] = [];
  const headlines = new Set<string>();
  const lost = new Map<string, string>();
  for (const { name, cells } of tests) {
    const differences = new Map(earlier.map((run) => [run, testDifferences(record, run.record, name)]));
    const forbidding = earlier.map((run) => differences.get(run)?.forbidding).find(Boolean);
    if (forbidding) notComparable.set(name, forbidding);
    const comparableRuns = earlier.filter((run) => differences.get(run)?.forbidding === '');
    for (const [metric, { series, values }] of figuresByName(cells)) {
      if (isHeadline(series)) headlines.add(metric);
      const baseline = comparableRuns
        .filter((run) => fixed || !run.regressed.has(metric))
        .filter((run) => run.figures.has(metric))
        .slice(0, runs);
      for (const run of baseline) used.add(run);
      const nics = baseline.map((run) => differences.get(run)?.lostNics).find(Boolean);
      if (nics) lost.set(metric, nics);
      inputs.push({
        metric,
        betterWhen: kindOf(series.metric).betterWhen,
        current: values,
        baseline: baseline.map((run) => run.figures.get(metric) ?? []),
      });
    }
  }

  const outcomes = compareMetrics(inputs, minimalDifference, SEED);
  const alarms = inputs
    .filter(({ metric }) => outcomes.get(metric)?.change === 'regressed')
    .map(({ metric }) => metric);
  const history =
    alarms.length > 0
      ? await readHistory(kysely, {
          suite: record.suite,
          wanted: ({ name }) => alarms.includes(name),
          until: record.startedAt,
        })
      : [];
  const metrics = inputs.map(({ metric, current, baseline, betterWhen }): MetricChange => {
    const found = outcomes.get(metric) ?? { change: 'inconclusive', reason: 'not compared' };
    const fields = baseline.length === 0 ? notComparable.get(metric.split('/')[0] ?? '') : undefined;
    if (fields) return { metric, ...found, reason: `not comparable with the baseline: ${fields}` };
    if (found.change !== 'regressed') return { metric, ...found };
    const ofMetric = history.find((candidate) => candidate.metric === metric);
    const acknowledged = acknowledgementOf(acknowledgements, metric, current, betterWhen, ofMetric, minimalDifference);
    return {
      metric,
      ...found,
      reason: [found.reason, lost.get(metric)].filter(Boolean).join('; '),
      since: firstNight(record, current, ofMetric, found.difference ?? 0, minimalDifference),
      ...(acknowledged ? { acknowledged: acknowledged.reason } : {}),
    };
  });
  return {
    version: 1,
    ...verdictOf(metrics, headlines),
    baseline: {
      kind: fixed ? 'named' : 'rolling',
      name: named?.name ?? options.against?.workflowId ?? rollingName(used.size, runs),
      runs: earlier
        .filter((run) => used.has(run))
        .map(({ entry: { workflowId, runId, startedAt } }) => ({ workflowId, runId, startedAt })),
    },
    minimalDifference,
    metrics,
  };
}

/** A metric that regressed in some of the last runs has its values from runs before them. */
function rollingName(used: number, perMetric: number): string {
  if (used > perMetric) return `for each metric the last ${perMetric} comparable runs in which it had not regressed`;
  return `the last ${used} comparable run${used === 1 ? '' : 's'}`;
}

async function runsBefore(kysely: Kysely<Tables>, record: SuiteRecord, most: number): Promise<RunEntry[]> {
  const runs = await listRuns(kysely, { suite: record.suite, before: record.startedAt, limit: most });
  return runs.filter(
    ({ workflowId, runId, endedAt }) =>
      endedAt !== undefined && (workflowId !== record.workflowId || runId !== record.runId),
  );
}

/** The first night of the level that the metric is on now, as the step test sees it; else this night. */
function firstNight(
  record: SuiteRecord,
  current: readonly number[],
  history: MetricHistory | undefined,
  difference: number,
  minimalDifference: number,
): NonNullable<MetricChange['since']> {
  const points = history?.points ?? [];
  const earlier = points.filter(({ runId, workflowId }) => workflowId !== record.workflowId || runId !== record.runId);
  const steps = findSteps(
    [...earlier.map(({ values }) => median([...values])), median([...current])],
    minimalDifference,
    SEED,
  );
  const step = steps.findLast(({ size }) => Math.sign(size) === Math.sign(difference));
  const night = step && earlier[step.at];
  return step && night
    ? { workflowId: night.workflowId, startedAt: night.startedAt, size: step.size }
    : { workflowId: record.workflowId, startedAt: record.startedAt, size: difference };
}

/** A change is known as long as the metric is not worse than in the run that was acknowledged. */
function acknowledgementOf(
  acknowledgements: readonly Acknowledgement[],
  metric: string,
  current: readonly number[],
  betterWhen: 'higher' | 'lower',
  history: MetricHistory | undefined,
  minimalDifference: number,
): Acknowledgement | undefined {
  return acknowledgements.findLast((candidate) => {
    if (candidate.metric !== metric) return false;
    const level = history?.points.find(
      ({ workflowId, runId }) => workflowId === candidate.workflowId && runId === candidate.runId,
    );
    if (!level) return false;
    const ratio = median([...current]) / median([...level.values]);
    return betterWhen === 'higher' ? ratio > 1 - minimalDifference : ratio < 1 + minimalDifference;
  });
}

function verdictOf(
  metrics: readonly MetricChange[],
  headlines: ReadonlySet<string>,
): Pick<RunComparison, 'change' | 'reason'> {
  const ofChange = (change: MetricChange['change']) => metrics.filter((metric) => metric.change === change);
  const alarms = ofChange('regressed').filter(({ acknowledged }) => !acknowledged);
  // What stands for a test or a load point says more than one of its rows.
  const rank = ({ metric, difference = 0 }: MetricChange) => (headlines.has(metric) ? 1000 : 0) + Math.abs(difference);
  const [worst] = alarms.toSorted((a, b) => rank(b) - rank(a));
  if (worst) {
    const more = alarms.length > 1 ? `, and ${alarms.length - 1} more` : '';
    return { change: 'regressed', reason: `${worst.metric} is ${worst.reason}${more}` };
  }
  const known = ofChange('regressed').length > 0 ? `; ${ofChange('regressed').length} regressed as acknowledged` : '';
  const open = ofChange('inconclusive');
  if (open.length === metrics.length) {
    const [first] = open;
    return { change: 'inconclusive', reason: first ? `${first.metric}: ${first.reason}` : 'nothing was measured' };
  }
  const [best] = ofChange('improved');
  if (best) return { change: 'improved', reason: `${best.metric} is ${best.reason}${known}` };
  const undecided = open.length > 0 ? `; ${open.length} inconclusive` : '';
  return {
    change: 'unchanged',
    reason: `${ofChange('unchanged').length} metrics as in the baseline${undecided}${known}`,
  };
}
