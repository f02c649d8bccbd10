import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command } from 'commander';
import { parseSuite } from '../../suite/plan/check-suite.js';
import { workflowIdProblem } from '../../suite/schema/grammar.js';
import { shown } from '../../suite/schema/shown.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { describeSuiteRun } from '../../temporal/suite-runs.js';
import { detachOnInterrupt } from '../follow/interrupt.js';
import { type ShowOptions, showSuite } from '../follow/show-suite.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { taskQueueOption } from '../options/task-queue.js';
import { WrongUse } from '../options/wrong-use.js';
import { addHelp } from '../output/help-text.js';
import { complain, say } from '../output/say.js';
import { warnOfWorkers } from '../output/worker-warning.js';

type Options = ShowOptions & {
  readonly workflowId?: string;
  readonly resumeFrom?: string;
  readonly taskQueue: string;
  readonly detach?: true;
};

/** `dynamo-bench run SPEC`: starts a suite run and follows it to its end. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Start a suite run and follow it to its end. Ctrl-C only detaches; the suite run continues.')
    .argument('<SPEC>', 'suite spec: JSON or YAML file, or - for standard input')
    .option(
      '--workflow-id <id>',
      'workflow id of the run; the id of an ended run reuses its recorded cells (default: suite name and time)',
    )
    .option('--resume-from <id>', 'workflow id of an earlier run whose recorded cells are reused')
    .addOption(taskQueueOption())
    .option('--detach', 'start the suite run and return')
    .option('--json', 'print one JSON document, at the end')
    .action(startSuite);
  return addHelp(command, {
    examples: [
      ['Start a suite run and follow it', 'dynamo-bench run suites/p5.json'],
      ['Start it and return', 'dynamo-bench run suites/p5.json --workflow-id my-run --detach'],
      ['Reuse the cells that an earlier run recorded', 'dynamo-bench run suites/p5.json --resume-from my-run'],
      [
        'Start it with the Temporal CLI instead',
        'temporal workflow start --type benchmarkSuite --task-queue dynamo-bench --workflow-id my-run --input-file suites/p5.json',
      ],
    ],
    notes: 'The exit code is that of the suite run; 3 after Ctrl-C, 0 with --detach.',
  });
}

async function startSuite(file: string, options: Options): Promise<void> {
  const { resumeFrom, detach, json } = options;
  const written = await readSpecFile(file);
  const input = resumeFrom === undefined ? written : { ...(written as object), resumeFrom };
  const { name } = parseSuite(input);
  const workflowId = options.workflowId ?? `${name}-${timestamp(new Date())}`;
  const problem = workflowIdProblem(workflowId);
  if (problem !== undefined) {
    throw new WrongUse(`--workflow-id "${shown(workflowId)}" ${problem}`, 'Give an id such as nightly-p5-1');
  }
  await withTemporal(async (client) => {
    if (resumeFrom !== undefined) await warnIfUnknown(() => describeSuiteRun(client, resumeFrom));
    const start = () => startWorkflow(client, { workflowId, name, input, ...options });
    if (!detach)
      return detachOnInterrupt(async (detached) => {
        await start();
        await showSuite(client, workflowId, json ? { json } : {}, detached);
      });
    const runId = await start();
    say(json ? JSON.stringify({ workflowId, runId }, null, 2) : `Follow it: dynamo-bench watch ${workflowId}`);
  });
}

interface Start {
  readonly workflowId: string;
  readonly name: string;
  readonly input: unknown;
  readonly taskQueue: string;
  readonly json?: true;
}

/**
 * Starts the workflow of a suite run and returns its run id.
 *
 * @throws {WrongUse} when a run with this workflow id is running
 */
async function startWorkflow(client: Client, { workflowId, name, input, taskQueue, json }: Start): Promise<string> {
  const { firstExecutionRunId } = await client.workflow
    .start('benchmarkSuite', { workflowId, taskQueue, args: [input], staticSummary: name })
    .catch((error: unknown): never => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const hint = `Follow it: dynamo-bench watch ${workflowId}; or give another --workflow-id`;
      throw new WrongUse(`Suite run "${workflowId}" is already running`, hint, error);
    });
  if (!json) say(`Started suite run ${workflowId}`);
  await warnOfWorkers(client, taskQueue);
  return firstExecutionRunId;
}

/** Temporal deletes runs earlier than the result store does, so an unknown run is not an error. */
async function warnIfUnknown(describe: () => Promise<unknown>): Promise<void> {
  try {
    await describe();
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    complain(`warning: ${error.message}; its cells are reused if the result store has them`);
  }
}

function timestamp(time: Date): string {
  return time
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-');
}
