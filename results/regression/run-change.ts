import { formatCount } from '../../suite/units/count.js';
import type { MetricChange, RunComparison } from './run-comparison.schema.js';

/**
 * Combines the changes of all metrics to the change of the run. The run is `regressed` when one regressed metric is not
 * acknowledged.
 *
 * @param headlines names of the main metrics of tests and load points, which the reason prefers
 */
export function changeOfRun(
  metrics: readonly MetricChange[],
  headlines: ReadonlySet<string>,
): Pick<RunComparison, 'change' | 'reason'> {
  const { regressed, improved, unchanged, inconclusive } = byChange(metrics);
  const [worst, ...others] = worstFirst(
    regressed.filter(({ acknowledged }) => !acknowledged),
    headlines,
  );
  if (worst) {
    const more = others.length > 0 ? `, and ${others.length} more` : '';
    return { change: 'regressed', reason: `${worst.metric} is ${worst.reason}${more}` };
  }
  if (inconclusive.length === metrics.length) {
    const [first] = inconclusive;
    return { change: 'inconclusive', reason: first ? `${first.metric}: ${first.reason}` : 'no metric was measured' };
  }
  const acknowledged = regressed.length > 0 ? `; ${formatCount(regressed.length, 'acknowledged regression')}` : '';
  const [best] = improved;
  if (best) return { change: 'improved', reason: `${best.metric} is ${best.reason}${acknowledged}` };
  const undecided = inconclusive.length > 0 ? `; ${inconclusive.length} inconclusive` : '';
  return {
    change: 'unchanged',
    reason: `${formatCount(unchanged.length, 'metric')} unchanged${undecided}${acknowledged}`,
  };
}

function byChange(metrics: readonly MetricChange[]): Record<MetricChange['change'], readonly MetricChange[]> {
  const grouped = Map.groupBy(metrics, ({ change }) => change);
  const of = (change: MetricChange['change']) => grouped.get(change) ?? [];
  return {
    regressed: of('regressed'),
    improved: of('improved'),
    unchanged: of('unchanged'),
    inconclusive: of('inconclusive'),
  };
}

/** Orders headline metrics before rows of a table, then by the size of the change. */
function worstFirst(metrics: readonly MetricChange[], headlines: ReadonlySet<string>): MetricChange[] {
  const isRow = ({ metric }: MetricChange) => Number(!headlines.has(metric));
  const size = ({ difference = 0 }: MetricChange) => Math.abs(difference);
  return metrics.toSorted((a, b) => isRow(a) - isRow(b) || size(b) - size(a));
}
