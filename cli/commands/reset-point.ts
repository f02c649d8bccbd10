import { Command } from 'commander';
import { resetPoint } from '../../temporal/reset-point.js';
import { describeSuiteRun } from '../../temporal/suite-runs.js';
import { withTemporal } from '../follow/temporal-client.js';

/** `dynamo-bench reset-point WORKFLOW_ID`: prints the command that makes a suite run a failed test again. */
export function resetPointCommand(): Command {
  return new Command('reset-point')
    .description('print the `temporal workflow reset` line that runs a failed test again, and nothing before it')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--test <name>', 'test to run again; default: the last one that failed')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A suite that waits with a parked test needs no reset; its details in the Web UI say what to type.
Example: dynamo-bench reset-point my-run --test nixl-ucx`,
    )
    .action(async (workflowId: string, { test, json }: { test?: string; json?: true }) => {
      const { eventId, block, failure, running } = await withTemporal(async (client) => {
        const { status } = await describeSuiteRun(client, workflowId);
        const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
        const point = resetPoint(events ?? [], test);
        return status.name === 'RUNNING' ? point : { ...point, running: undefined };
      });
      const line = `temporal workflow reset --workflow-id ${workflowId} --event-id ${eventId} --reapply-exclude All --reason 'run ${block} again'`;
      if (json)
        return console.log(JSON.stringify({ workflowId, eventId, block, failure, running, command: line }, null, 2));
      if (failure) console.log(`# ${block} failed: ${failure.split('\n')[0]}`);
      if (running) {
        console.log(`# ${running} runs now, and a reset would not end it: cancel the suite first and wait for its end`);
        console.log(`temporal workflow cancel --workflow-id ${workflowId}`);
        console.log(`temporal workflow result --workflow-id ${workflowId}`);
      }
      console.log(line);
    });
}
