import { WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import { connectTemporal } from '../temporal/connection.js';
import { resetPoint } from '../temporal/reset-point.js';

/** `dynamo-bench reset-point WORKFLOW_ID`: prints the command that makes a suite run a failed test again. */
export function resetPointCommand(): Command {
  return new Command('reset-point')
    .description('print the `temporal workflow reset` line that runs a failed test again, and nothing before it')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .option('--test <name>', 'test to run again; default: the last one that failed')
    .addHelpText(
      'after',
      `
A suite that waits with a parked test needs no reset; its details in the Web UI say what to type.
Example: dynamo-bench reset-point my-run --test nixl-ucx`,
    )
    .action(async (workflowId: string, { test }: { test?: string }, command: Command) => {
      const { connection, namespace } = await connectTemporal();
      try {
        const { events } = await new WorkflowClient({ connection, namespace }).getHandle(workflowId).fetchHistory();
        const { eventId, block, failure } = resetPoint(events ?? [], test);
        if (failure) console.log(`# ${block} failed: ${failure.split('\n')[0]}`);
        console.log(
          `temporal workflow reset --workflow-id ${workflowId} --event-id ${eventId} --reapply-exclude All --reason 'run ${block} again'`,
        );
      } catch (error) {
        const message =
          error instanceof WorkflowNotFoundError ? `there is no workflow "${workflowId}"` : (error as Error).message;
        command.error(`error: ${message}`, { exitCode: 1 });
      } finally {
        await connection.close();
      }
    });
}
