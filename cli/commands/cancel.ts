import { Command } from 'commander';
import { signalSuite } from '../follow/send-to-suite.js';
import { addHelp } from '../output/help-text.js';

/** `dynamo-bench cancel WORKFLOW_ID`: cancels a suite run; recorded results are kept. */
export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('Cancel a suite run. The suite run removes its pods before it ends; recorded results are kept.')
    .argument('<WORKFLOW_ID>', 'workflow id of the suite run')
    .option('--json', 'print JSON')
    .action((workflowId: string, options: { json?: true }) =>
      signalSuite(workflowId, options, async (handle) => {
        await handle.cancel();
        return 'cancellation requested; the suite run removes its pods before it ends';
      }),
    );
  return addHelp(command, {
    examples: [
      ['Cancel a suite run', 'dynamo-bench cancel my-run'],
      ['Wait until it has ended', 'dynamo-bench watch my-run'],
      ['Later, continue from the recorded results', 'dynamo-bench run suites/p5.json --workflow-id my-run'],
    ],
    notes: 'The command requests the cancellation and does not wait until the suite run has ended.',
  });
}
