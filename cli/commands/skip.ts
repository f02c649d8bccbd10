import { Command } from 'commander';
import { skipTestUpdate } from '../../workflows/shared/messages.js';
import { answered, signalSuite } from '../follow/send-to-suite.js';

/** `dynamo-bench skip WORKFLOW_ID TEST`: leaves out a test that has not started. */
export function skipCommand(): Command {
  return new Command('skip')
    .description('leave out a test that has not started')
    .argument('<WORKFLOW_ID>', 'of a suite run')
    .argument('<TEST>', 'name of a test that waits')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: dynamo-bench skip my-run nixl-ucx')
    .action((workflowId: string, test: string, options: { json?: true }) =>
      signalSuite(workflowId, options, (handle) =>
        answered(handle, () => handle.executeUpdate(skipTestUpdate, { args: [test] })),
      ),
    );
}
