import { Command } from 'commander';
import { type CellTimes, readCellTimes } from '../../results/records/cell-times.js';
import { checkSuite } from '../../suite/plan/check-suite.js';
import { type Forecast, type ForecastCell, type ForecastLoad, forecastOf } from '../../suite/plan/forecast.js';
import { instanceTypes } from '../../suite/plan/planned-fabric.js';
import { expectedEndText, remainingText } from '../../suite/plan/remaining.js';
import type { Range } from '../../suite/plan/test-forecast.js';
import type { Concern } from '../../suite/run/concern.js';
import { devicesText } from '../../suite/schema/network-devices.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatCount } from '../../suite/units/count.js';
import { formatBytes, formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { EXIT } from '../options/exit-code.js';
import { readSpecFile } from '../options/spec-file.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { clock } from '../output/clock.js';
import { concernLines } from '../output/concern-lines.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';

/** `dynamo-bench plan SPEC`: shows the cells and the cost of a suite, and why it would be refused. */
export function planCommand(): Command {
  const command = addStoreOptions(new Command('plan'))
    .description(
      'Show the cells of a suite in order, their time and cost, and the reasons why it would be refused. Starts nothing.',
    )
    .argument('<SPEC>', 'suite spec: JSON file, or - for standard input')
    .option('--json', 'print JSON')
    .option(
      '--cluster',
      'also inspect the cluster: show the pair of nodes that the suite would choose, and the problems of the cluster',
    )
    .action(async (file: string, options: StoreOptions & { json?: true; cluster?: true }) => {
      const checked = checkSuite(await readSpecFile(file));
      if ('problems' in checked) {
        const { problems, count } = checked;
        const refused = problems.map(({ path, message }) => ({ subject: path, message }));
        const more = count - problems.length;
        if (more > 0) refused.push({ subject: 'spec', message: `has ${formatCount(more, 'more problem')}` });
        say(options.json ? JSON.stringify({ refused }, null, 2) : refusedLines(refused).join('\n'));
        process.exitCode = EXIT.fail;
        return;
      }
      const { spec } = checked;
      const learnt = await timesOf(spec, options);
      const forecast = forecastOf(spec, learnt);
      const found = options.cluster ? await (await import('./cluster-plan.js')).inspectCluster(spec) : undefined;
      const refused = [...forecast.refused, ...(found?.refused ?? [])];
      const plan = { suite: spec.name, ...forecast, refused, ...(found?.pair ? { pair: found.pair } : {}) };
      say(options.json ? JSON.stringify(plan, null, 2) : planText(spec, plan, learnt.runs, Date.now()));
      if (refused.length > 0) process.exitCode = EXIT.fail;
    });
  return addHelp(command, {
    examples: [
      ['Show the plan of a suite', 'dynamo-bench plan suites/p5.json'],
      ['Check the nodes of the cluster as well', 'dynamo-bench plan suites/p5.json --cluster'],
    ],
    notes:
      'The time of a cell is estimated from earlier runs of the same suite on the same instance type, if there are any. The\nexit code is 1 when the suite would be refused.',
  });
}

/** Reads how long cells took in earlier runs. Without a result store, the plan estimates from the parameters. */
async function timesOf(spec: SuiteSpec, options: StoreOptions): Promise<CellTimes> {
  const wanted = { suite: spec.name, instanceTypes: instanceTypes(spec) };
  try {
    return await withStore(options, (store) => store.use((kysely) => readCellTimes(kysely, wanted)));
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    if (error.class !== 'NotFound') complain(`warning: Times of earlier runs are not used: ${error.message}`);
    return { cells: new Map(), runs: 0 };
  }
}

function planText(
  spec: SuiteSpec,
  plan: Forecast & { pair?: { node1: string; node2: string } },
  runs: number,
  now: number,
): string {
  const { cells, load, blocks, cellCount, pods, wallTime, nodeHours } = plan;
  const { gpu, devices, cpu, memory, hugepages2Mi } = spec.resources;
  const learnt = new Set(cells.filter(({ time }) => time.measured).map(({ test }) => test)).size;
  const basis =
    learnt > 0
      ? `, ${formatCount(learnt, 'test')} estimated from ${formatCount(runs, 'earlier run')} of this suite`
      : ', estimated from the parameters';
  return [
    `${spec.name}: ${counted(cellCount, 'cell')} in ${formatCount(blocks, 'block')}`,
    `  time       if started now, ${expectedEndText(wallTime, (time) => clock(time, now), now)}${basis}; retries after a failure are extra`,
    `  node-hours ${nodeHours.low.toFixed(1)} to ${nodeHours.high.toFixed(1)} (two nodes)`,
    `  pods       ${counted(pods.ranks, 'rank')}, two at a time; ${pods.probes} probes, ${pods.etcd} etcd`,
    `  each rank  ${cpu} cpu, ${formatBytes(memory)} of memory, ${gpu.count} ${gpu.resource}, ${devicesText(devices)}, ${formatBytes(hugepages2Mi)} of huge pages`,
    ...(plan.pair ? [`  pair       node1 = ${plan.pair.node1}, node2 = ${plan.pair.node2}`] : []),
    ...refusedLines(plan.refused),
    ...concernLines('doubtful:', plan.doubtful),
    'cells:',
    ...cells.map((cell, i) => cellLine(cell, i + 1, String(cells.length).length)),
    ...(load.length > 0 ? ['inference tests:', ...load.map(loadLine)] : []),
  ].join('\n');
}

function cellLine(
  { test, variant, repetition, warmUp, nics, time }: ForecastCell,
  order: number,
  width: number,
): string {
  const what = [test, variant && `(${variant})`, `${warmUp ? 'warm-up' : 'repetition'} ${repetition}`].filter(Boolean);
  const range = `${formatDuration(time.low)} to ${formatDuration(time.high)}`;
  return `  ${String(order).padStart(width)}. ${what.join(' ')}: ${formatCount(nics, 'NIC')}, ${range}`;
}

function loadLine({ test, topology, concurrency, repetitions, workers, gpus, nics, time }: ForecastLoad): string {
  const times = repetitions > 1 ? `, ${repetitions} times` : '';
  return `  - ${test}: ${topology}, concurrency ${concurrency.join(', ')}${times}: ${workers} workers with ${gpus} GPUs and ${nics} NICs together, ${remainingText(time)}`;
}

function counted({ low, high }: Range, what: string): string {
  const number = low === high ? String(low) : `${low} to ${high}`;
  return `${number} ${what}${high === 1 ? '' : 's'}`;
}

function refusedLines(refused: readonly Concern[]): string[] {
  return concernLines('refused:', refused);
}
