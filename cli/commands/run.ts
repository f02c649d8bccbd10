import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Command } from 'commander';
import { parseSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { describeSuiteRun } from '../../temporal/suite-runs.js';
import { countWorkers } from '../../temporal/workers.js';
import { detachOnInterrupt } from '../follow/interrupt.js';
import { type ShowOptions, showSuite } from '../follow/show-suite.js';
import { withTemporal } from '../follow/temporal-client.js';
import { readSpecFile } from '../options/spec-file.js';
import { taskQueueOption } from '../options/task-queue.js';
import { WrongUse } from '../options/wrong-use.js';

type Options = ShowOptions & {
  readonly workflowId?: string;
  readonly resumeFrom?: string;
  readonly taskQueue: string;
  readonly detach?: true;
};

/** `dynamo-bench run SPEC`: starts a suite run and follows it. */
export function runCommand(): Command {
  return new Command('run')
    .description('start a suite through Temporal and follow it; Ctrl-C detaches and cancels nothing')
    .argument('<SPEC>', 'suite spec, JSON file or - for standard input')
    .option(
      '--workflow-id <id>',
      'of the run; one that has ended goes on with what it recorded. Default: suite and time',
    )
    .option('--resume-from <id>', 'workflow id of an earlier run whose recorded cells are taken over')
    .addOption(taskQueueOption())
    .option('--detach', 'only start it')
    .option('--json', 'print one JSON document, at the end')
    .addHelpText(
      'after',
      `
Examples:
  dynamo-bench run suites/p5.json
  dynamo-bench run suites/p5.json --workflow-id my-run --detach
  dynamo-bench run suites/p5.json --resume-from my-run
The exit code is that of the suite; 3 after Ctrl-C, 0 with --detach. The same with the Temporal CLI alone:
  temporal workflow start --type benchmarkSuite --task-queue dynamo-bench --workflow-id my-run --input-file suites/p5.json`,
    )
    .action(async (file: string, options: Options, command: Command) => {
      const { resumeFrom, taskQueue, detach, json } = options;
      const written = await readSpecFile(file, command);
      const input = resumeFrom === undefined ? written : { ...(written as object), resumeFrom };
      const { name } = parseSpec(input);
      const workflowId = options.workflowId ?? `${name}-${timestamp(new Date())}`;
      await withTemporal(async (client) => {
        if (resumeFrom !== undefined) await noteUnknown(() => describeSuiteRun(client, resumeFrom));
        const detached = detach ? undefined : detachOnInterrupt();
        const { firstExecutionRunId: runId } = await client.workflow
          .start('benchmarkSuite', { workflowId, taskQueue, args: [input], staticSummary: name })
          .catch((error: unknown): never => {
            if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
            const hint = `follow it with: dynamo-bench watch ${workflowId}; or give another --workflow-id`;
            throw new WrongUse(`suite run "${workflowId}" already goes on`, hint, error);
          });
        if ((await countWorkers(client.connection, client.options.namespace, taskQueue)) === 0)
          console.error(`no worker on task queue ${taskQueue} yet; the suite waits for one`);
        if (!json) console.log(`started ${workflowId}`);
        if (detached) return showSuite(client, workflowId, json ? { json } : {}, detached);
        console.log(
          json ? JSON.stringify({ workflowId, runId }, null, 2) : `to follow it: dynamo-bench watch ${workflowId}`,
        );
      });
    });
}

/** Temporal forgets runs earlier than the result store does, so this is no error. */
async function noteUnknown(describe: () => Promise<unknown>): Promise<void> {
  try {
    await describe();
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    console.error(`note: ${error.message}; cells are taken over if the result store has them`);
  }
}

function timestamp(time: Date): string {
  return time
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-');
}
