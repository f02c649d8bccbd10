import { Command, Option } from 'commander';
import { type CellTimes, readCellTimes } from '../../results/records/cell-times.js';
import { checkSuite } from '../../suite/plan/check-suite.js';
import { type Forecast, type ForecastCell, type ForecastLoad, forecastOf } from '../../suite/plan/forecast.js';
import { instanceTypes } from '../../suite/plan/planned-fabric.js';
import { expectedEndText, remainingText } from '../../suite/plan/remaining.js';
import type { Range } from '../../suite/plan/test-forecast.js';
import type { Concern } from '../../suite/run/concern.js';
import { requestsText } from '../../suite/spec/rank-resources.js';
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
import { complain, say, writeDocument } from '../output/say.js';

/** `dynamo-bench plan SPEC`: shows the cells and the cost of a suite, and why it would be refused. */
export function planCommand(): Command {
  const command = addStoreOptions(new Command('plan'))
    .description(
      'Show the cells of a suite in order, their time and cost, and the reasons why it would be refused. Starts nothing.',
    )
    .argument('<SPEC>', 'suite spec: JSON or YAML file, or - for standard input')
    .option('--json', 'print JSON')
    .option(
      '--cluster',
      'also inspect the cluster: show the pair of nodes that the suite would choose, and the problems of the cluster',
    )
    .addOption(
      new Option(
        '--manifests',
        'print every object that the run would create as YAML, in the order of the run, instead of the plan',
      ).conflicts('dryRun'),
    )
    .addOption(
      new Option(
        '--dry-run <where>',
        'send every object to the API server, which checks it and creates nothing; show its answers instead of the plan',
      ).choices(['server']),
    )
    .action(async (file: string, options: PlanOptions) => {
      const checked = checkSuite(await readSpecFile(file));
      if ('problems' in checked) {
        const { problems, count } = checked;
        const refused = problems.map(({ path, message }) => ({ subject: path, message }));
        const more = count - problems.length;
        if (more > 0) refused.push({ subject: 'spec', message: `has ${formatCount(more, 'more problem')}` });
        if (options.json) say(JSON.stringify({ refused }, null, 2));
        else tell(options)(refusedLines(refused).join('\n'));
        process.exitCode = EXIT.fail;
        return;
      }
      await showPlan(checked.spec, options);
    });
  return addHelp(command, {
    examples: [
      ['Show the plan of a suite', 'dynamo-bench plan suites/p5.json'],
      ['Check the nodes of the cluster as well', 'dynamo-bench plan suites/p5.json --cluster'],
      ['Show the objects that the run would create', 'dynamo-bench plan suites/p5.json --manifests'],
      [
        'Check them without this program',
        'dynamo-bench plan suites/p5.json --manifests | kubectl apply --dry-run=server -f -',
      ],
      ['Check quotas and admission policies before the run', 'dynamo-bench plan suites/p5.json --dry-run server'],
    ],
    notes: NOTES,
  });
}

const NOTES = [
  'The time of a cell is estimated from earlier runs of the same suite on the same instance type, if there are any. The',
  'exit code is 1 when the suite would be refused.',
  '',
  '--manifests shows one attempt of each test. Its names have zeros where the run has its own ids, and with --cluster the',
  'pair that the suite would choose; otherwise node1 and node2. Standard output has only the objects, standard error why the',
  'suite would be refused. Values of variables in the spec appear as they are.',
  '',
  '--dry-run server creates nothing. The exit code is 1 when the API server refuses an object, 3 when it could not check one',
  '(this account may not create it, or an admission webhook does not support dry runs), and 4 when it does not answer. It',
  'checks each object alone: a quota that only all objects together exceed stays hidden.',
].join('\n');

interface PlanOptions extends StoreOptions {
  readonly json?: true;
  readonly cluster?: true;
  readonly manifests?: true;
  readonly dryRun?: 'server';
}

/** Returns the output of the text of a plan: standard error when standard output has the objects. */
function tell({ manifests, json }: PlanOptions): (text: string) => void {
  return manifests && !json ? complain : say;
}

async function showPlan(spec: SuiteSpec, options: PlanOptions): Promise<void> {
  const { json, manifests, dryRun } = options;
  const learnt = await timesOf(spec, options);
  const forecast = forecastOf(spec, learnt);
  const found = options.cluster ? await (await import('./cluster-plan.js')).inspectCluster(spec) : undefined;
  const refused = [...forecast.refused, ...(found?.refused ?? [])];
  const { pair, location } = found ?? {};
  const plan = {
    suite: spec.name,
    ...forecast,
    refused,
    doubtful: [...forecast.doubtful, ...(found?.doubtful ?? [])],
    ...(pair ? { pair } : {}),
    ...(location === undefined ? {} : { location }),
  };
  if (refused.length > 0) process.exitCode = EXIT.fail;
  if (!manifests && !dryRun) {
    return say(json ? JSON.stringify(plan, null, 2) : planText(spec, plan, learnt.runs, Date.now()));
  }
  const { answerLines, askAboutObjects, exitCodeOfAnswers, objectsOfPlan } = await import('./plan-objects.js');
  if (refused.length > 0 && !json) tell(options)(refusedLines(refused).join('\n'));
  if (manifests) {
    const objects = await objectsOfPlan(spec, pair);
    if (json) return say(JSON.stringify({ ...plan, manifests: objects }, null, 2));
    const { manifestsYaml } = await import('../output/manifests-yaml.js');
    return writeDocument(manifestsYaml(objects));
  }
  const answers = await askAboutObjects(spec, pair);
  say(json ? JSON.stringify({ ...plan, dryRun: answers }, null, 2) : answerLines(answers).join('\n'));
  process.exitCode ??= exitCodeOfAnswers(answers);
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
  plan: Forecast & { pair?: { node1: string; node2: string }; location?: string },
  runs: number,
  now: number,
): string {
  const { cells, load, blocks, cellCount, pods, wallTime, nodeHours } = plan;
  const { gpu, cpu, memory, hugepages2Mi } = spec.resources;
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
    `  each rank  ${cpu} cpu, ${formatBytes(memory)} of memory, ${gpu.count} ${gpu.resource}, ${requestsText(spec.resources)}, ${formatBytes(hugepages2Mi)} of huge pages`,
    ...(plan.pair ? [`  pair       node1 = ${plan.pair.node1}, node2 = ${plan.pair.node2}`] : []),
    ...(plan.location ? [`  location   ${plan.location}`] : []),
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
