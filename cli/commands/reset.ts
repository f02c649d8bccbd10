import { Command } from 'commander';
import { chainOf } from '../../temporal/chain.js';
import { failureMessage } from '../../temporal/codec/failure-message.js';
import { findResetPoint } from '../../temporal/reset-point.js';
import { isOpen } from '../../temporal/suite-runs.js';
import { findSuiteRun } from '../follow/find-suite-run.js';
import { withTemporal } from '../follow/temporal-client.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

/** `dynamo-bench reset WORKFLOW_ID`: prints the command that runs a failed test of a suite run again. */
export function resetCommand(): Command {
  const command = new Command('reset')
    .description(
      'Print the `temporal workflow reset` command that runs a failed test again without repeating earlier tests. Changes nothing.',
    )
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--test <name>', 'test to run again (default: the last one that failed)')
    .option('--json', 'print JSON')
    .action(printReset);
  return addHelp(command, {
    examples: [
      ['Print the command that runs the last failed test again', 'dynamo-bench reset my-run'],
      ['Run a given test again', 'eval "$(dynamo-bench reset my-run --test nixl-ucx)"'],
    ],
    notes:
      'A parked test needs no reset: use `dynamo-bench resolve`. In a suite run that continued as new, the command names the run\nthat has the test.',
  });
}

async function printReset(workflowId: string, { test, json }: { test?: string; json?: true }): Promise<void> {
  const { runId, eventId, block, failure, running } = await withTemporal(async (client) => {
    const latest = await findSuiteRun(client, workflowId);
    const point = await findResetPoint(chainOf(client, workflowId, latest.runId), test);
    const failure = point.failure && (await failureMessage(point.failure, client.options.loadedDataConverter));
    return { ...point, failure, running: isOpen(latest) ? point.running : undefined };
  });
  const command = `temporal workflow reset --workflow-id ${workflowId} --run-id ${runId} --event-id ${eventId} --reapply-exclude All --reason 'run ${block} again'`;
  if (json) return say(JSON.stringify({ workflowId, runId, eventId, block, failure, running, command }, null, 2));
  if (failure) say(`# Test ${block} failed: ${failure.split('\n')[0]}`);
  if (running) {
    say(`# Cancel the suite run first: test ${running} is running, and a reset does not end it`);
    say(`temporal workflow cancel --workflow-id ${workflowId}`);
    say(`temporal workflow result --workflow-id ${workflowId}`);
  }
  say(command);
}
