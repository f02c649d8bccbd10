import { Command } from 'commander';
import { median } from 'simple-statistics';
import { stepsOf } from '../../reports/model/assemble.js';
import { type MetricHistory, type NamedSeries, readHistory, resolveMetric } from '../../results/records/history.js';
import { originText } from '../../results/records/origin.js';
import { resolveSuite } from '../../results/records/run-names.js';
import { formatterOf } from '../../results/records/series.js';
import { formatSignedPercent } from '../../suite/units/percent.js';
import { positiveInteger } from '../options/option-parsers.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { thresholdOption } from '../options/threshold.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';
import { table } from '../output/table.js';

const BAR_WIDTH = 24;

/** `dynamo-bench history METRIC`: shows a metric across runs, and the runs in which it changed. */
export function historyCommand(): Command {
  const command = addStoreOptions(new Command('history'))
    .description('Show a metric across runs, and the first run of each change.')
    .argument('[METRIC]', 'TEST, TEST/bandwidth, TEST/latency/64KiB, TEST/ttft/c4, … (default: list the metrics)')
    .option('--suite <name>', 'suite of the metric (default: suite of the newest run)')
    .option('--runs <n>', 'number of newest runs to show', positiveInteger, 60)
    .addOption(thresholdOption())
    .option('--json', 'print JSON, in bytes per second, seconds and tokens per second')
    .action(
      async (
        name: string | undefined,
        options: StoreOptions & { suite?: string; runs: number; threshold: number; json?: true },
      ) => {
        const { runs, threshold, json } = options;
        const histories = await withStore(options, (store) =>
          store.use(async (kysely) => {
            const suite = await resolveSuite(kysely, options.suite);
            const metric = name === undefined ? undefined : await resolveMetric(kysely, suite, name);
            const wanted = metric === undefined ? undefined : (series: NamedSeries) => series.name === metric;
            return readHistory(kysely, { suite, wanted, runs });
          }),
        );
        const [history] = histories;
        if (name === undefined || !history) {
          const names = histories.map(({ metric }) => metric);
          return say(json ? JSON.stringify(names, null, 2) : names.join('\n'));
        }
        const steps = stepsOf(history.points, threshold);
        say(json ? JSON.stringify({ ...history, steps }, null, 2) : historyText(history, steps));
      },
    );
  return addHelp(command, {
    examples: [
      ['List the metrics', 'dynamo-bench history'],
      ['Show the main metric of a test', 'dynamo-bench history nixl-libfabric'],
      ['Show the latency at one block size for a year', 'dynamo-bench history nixl-ucx/latency/64KiB --runs 365'],
      ['Show the time to first token at concurrency 16', 'dynamo-bench history disaggregated/ttft/c16'],
    ],
  });
}

function historyText({ metric, unit, points }: MetricHistory, steps: ReturnType<typeof stepsOf>): string {
  const format = formatterOf(unit);
  const medians = points.map(({ values }) => median([...values]));
  const highest = Math.max(...medians);
  const rows = points.map(({ workflowId, startedAt, values, origin }, i) => {
    const value = medians[i] ?? 0;
    const step = steps.find((candidate) => candidate.workflowId === workflowId && candidate.startedAt === startedAt);
    const change = step ? `← changed by ${formatSignedPercent(step.size)}` : '';
    return [
      startedAt.slice(0, 16).replace('T', ' '),
      workflowId,
      format(value),
      String(values.length),
      `${'█'.repeat(Math.round((value / highest) * BAR_WIDTH))}${change ? ` ${change}` : ''}${origin ? ` ${originText(origin)}` : ''}`,
    ];
  });
  return `${metric}\n${table(['started (UTC)', 'run', 'median', 'values', ''], rows)}`;
}
